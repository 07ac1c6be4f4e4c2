// A Matter plug with a meter, as a process: `node plug.mjs '<JSON>'`.
// It prints {"code": …} once it can be commissioned or reached; each line on stdin is a JSON object
// of new values, in Matter's own units.
import { createInterface } from "node:readline";

import { Endpoint, Environment, ServerNode, VendorId } from "@matter/main";
import { ElectricalEnergyMeasurementServer } from "@matter/main/behaviors/electrical-energy-measurement";
import { ElectricalPowerMeasurementServer } from "@matter/main/behaviors/electrical-power-measurement";
import { PowerTopologyServer } from "@matter/main/behaviors/power-topology";
import { ElectricalPowerMeasurement } from "@matter/main/clusters/electrical-power-measurement";
import { OnOffPlugInUnitDevice } from "@matter/main/devices/on-off-plug-in-unit";
import { ElectricalSensorEndpoint } from "@matter/main/endpoints/electrical-sensor";
import { MeasurementType } from "@matter/main/types";

const plug = JSON.parse(process.argv[2]);
Environment.default.vars.set("storage.path", plug.storage);
Environment.default.vars.set("mdns.networkInterface", plug.networkInterface);
Environment.default.vars.set("log.level", "warn");

const METER = [
  PowerTopologyServer.with("NodeTopology"),
  ElectricalPowerMeasurementServer.with("AlternatingCurrent"),
  ElectricalEnergyMeasurementServer.with("ImportedEnergy", "CumulativeEnergy"),
];
// Tapo P110M: socket and meter share endpoint 1, and it tells the RMS values, not the plain ones
// (ioBroker.matter #716, home-assistant/core #149847). Others, such as Eve, have a sensor beside it.
const ONE_ENDPOINT = plug.shape === "one_endpoint";
const VOLTAGE = ONE_ENDPOINT ? "rmsVoltage" : "voltage";
const CURRENT = ONE_ENDPOINT ? "rmsCurrent" : "activeCurrent";

function accuracy(measurementType, rangeMax) {
  return {
    measurementType,
    measured: true,
    minMeasuredValue: 0,
    maxMeasuredValue: rangeMax,
    accuracyRanges: [{ rangeMin: 0, rangeMax, percentMax: 500 }],
  };
}

const METERED = {
  electricalPowerMeasurement: {
    powerMode: ElectricalPowerMeasurement.PowerMode.Ac,
    numberOfMeasurementTypes: 1,
    accuracy: [accuracy(MeasurementType.ActivePower, 2_400_000)],
    activePower: plug.power_milliwatts,
    [VOLTAGE]: plug.voltage_millivolts,
    [CURRENT]: plug.current_milliamperes,
  },
  electricalEnergyMeasurement: {
    accuracy: accuracy(MeasurementType.ElectricalEnergy, 1_000_000_000_000),
    cumulativeEnergyImported: { energy: plug.energy_milliwatt_hours },
  },
};

const node = await ServerNode.create({
  id: plug.serial,
  network: { port: plug.port },
  commissioning: { passcode: plug.passcode, discriminator: plug.discriminator },
  productDescription: { name: plug.product, deviceType: OnOffPlugInUnitDevice.deviceType },
  basicInformation: {
    vendorId: VendorId(0xfff1), // the test vendor of the attestation chain
    vendorName: plug.vendor,
    productId: 0x8000,
    productName: plug.product,
    nodeLabel: plug.name,
    serialNumber: plug.serial,
    hardwareVersion: 1,
    softwareVersion: 1,
  },
});

const socket = ONE_ENDPOINT ? OnOffPlugInUnitDevice.with(...METER) : OnOffPlugInUnitDevice;
const meter = new Endpoint(socket, { id: "plug", ...(ONE_ENDPOINT && METERED) });
await node.add(meter);
let metering = meter;
if (!ONE_ENDPOINT) {
  metering = new Endpoint(ElectricalSensorEndpoint.with(...METER), { id: "meter", ...METERED });
  await node.add(metering);
}
await node.start();

async function apply(values) {
  const power = {};
  if ("power_milliwatts" in values) power.activePower = values.power_milliwatts;
  if ("voltage_millivolts" in values) power[VOLTAGE] = values.voltage_millivolts;
  if ("current_milliamperes" in values) power[CURRENT] = values.current_milliamperes;
  if (Object.keys(power).length > 0) await metering.set({ electricalPowerMeasurement: power });
  if ("energy_milliwatt_hours" in values) {
    const energy = values.energy_milliwatt_hours;
    const imported = energy === null ? null : { energy };
    await metering.set({ electricalEnergyMeasurement: { cumulativeEnergyImported: imported } });
  }
  if ("name" in values) await node.set({ basicInformation: { nodeLabel: values.name } });
  if ("on" in values) await meter.set({ onOff: { onOff: values.on } });
}

createInterface({ input: process.stdin }).on("line", async line => {
  try {
    await apply(JSON.parse(line));
    console.log(JSON.stringify({ applied: JSON.parse(line) }));
  } catch (error) {
    console.log(JSON.stringify({ refused: String(error) }));
  }
});
console.log(JSON.stringify({ code: node.state.commissioning.pairingCodes.qrPairingCode }));
