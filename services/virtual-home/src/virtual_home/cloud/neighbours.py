"""What else is in the account: things that no power exporter wants, and must survive."""

from virtual_home.cloud.status_bodies import HUB_ID, Body

CLOUD_SERVICE_OFF_ID = "6055F9A1FF03"

DEVICES: tuple[Body, ...] = (
    {
        "deviceId": HUB_ID,
        "deviceName": "ハブミニ",
        "deviceType": "Hub Mini",
        "enableCloudService": True,
        "hubDeviceId": "000000000000",
    },
    {
        "deviceId": "6055F9A1FF01",
        "deviceName": "廊下のプラグ",
        "deviceType": "Plug Mini (JP)",
        "enableCloudService": True,
        "hubDeviceId": "6055F9A1FF01",
    },
    {
        "deviceId": "6055F9A1FF02",
        "deviceName": "古いプラグ",
        "deviceType": "Plug",
        "enableCloudService": True,
        "hubDeviceId": HUB_ID,
    },
    {
        "deviceId": CLOUD_SERVICE_OFF_ID,
        "deviceName": "クラウド無効のプラグ",
        "deviceType": "Plug Mini (JP)",
        "enableCloudService": False,
        "hubDeviceId": CLOUD_SERVICE_OFF_ID,
    },
    # py-switchbot-api and mizucopo/switchbot-exporter both guard against a missing type.
    {
        "deviceId": "6055F9A1FF04",
        "deviceName": "名無し",
        "enableCloudService": True,
        "hubDeviceId": "000000000000",
    },
)

REMOTES: tuple[Body, ...] = (
    {
        "deviceId": "02-202601181930-40217735",
        "deviceName": "テレビのリモコン",
        "remoteType": "TV",
        "hubDeviceId": HUB_ID,
    },
    {
        "deviceId": "02-202601181934-81155002",
        "deviceName": "エアコンのリモコン",
        "remoteType": "Air Conditioner",
        "hubDeviceId": HUB_ID,
    },
)

STATUS: dict[str, Body] = {
    "6055F9A1FF01": {
        "version": "V1.8-1.8",
        "power": "on",
        "voltage": 101.9,
        "weight": 3.2,
        "electricityOfDay": 611,
        "electricCurrent": 70,
        "deviceId": "6055F9A1FF01",
        "deviceType": "Plug Mini (JP)",
        "hubDeviceId": "6055F9A1FF01",
    },
    "6055F9A1FF02": {
        "version": "V2.2",
        "power": "off",
        "deviceId": "6055F9A1FF02",
        "deviceType": "Plug",
        "hubDeviceId": HUB_ID,
    },
}
