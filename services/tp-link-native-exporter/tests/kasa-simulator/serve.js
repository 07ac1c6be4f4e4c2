// Kasa devices with the protocol before KLAP: node serve.js '[{"model", "address", "port", "data"}]'.
// Says "ready" when all of them listen.
const { Device } = require('tplink-smarthome-simulator');

const devices = JSON.parse(process.argv[2]).map((options) => new Device(options));
Promise.all(devices.map((device) => device.start())).then(() => console.log('ready'));
