// Kasa devices with the protocol before KLAP:
//   node serve.js '[{"model", "address", "port", "data", "brokenOutlet"}]'
// Says "ready" when all of them listen. A broken outlet's meter answers with an error.
const { Device } = require('tplink-smarthome-simulator');

const devices = JSON.parse(process.argv[2]).map(({ brokenOutlet, ...options }) => {
  const device = new Device(options);
  if (brokenOutlet !== undefined) device.children[brokenOutlet].emeter = {};
  return device;
});
Promise.all(devices.map((device) => device.start())).then(() => console.log('ready'));
