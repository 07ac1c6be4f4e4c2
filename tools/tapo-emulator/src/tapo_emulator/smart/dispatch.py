"""From a request to its answer: single, batched (`multipleRequest`) or for an outlet of a strip."""

from tapo_emulator.plug import Plug
from tapo_emulator.smart import energy, methods
from tapo_emulator.smart.codes import PARAMS_ERROR, UNKNOWN_METHOD, Json, ok


def answer(plug: Plug, request: Json) -> Json:
    """The full answer to one request, errors included."""
    if request.get("method") == "control_child":
        return _of_child(plug, request.get("params", {}))
    return _one_or_many(plug, request, None)


def _of_child(plug: Plug, params: Json) -> Json:
    child = plug.find_outlet(str(params.get("device_id")))
    inner = params.get("requestData")
    if child is None or not inner:
        return {"error_code": PARAMS_ERROR}
    return ok({"responseData": _one_or_many(plug, inner, child)})


def _one_or_many(plug: Plug, request: Json, child: int | None) -> Json:
    if request.get("method") != "multipleRequest":
        return _one(plug, request, child)
    requests = request.get("params", {}).get("requests", [])
    return ok(
        {"responses": [{"method": each["method"], **_one(plug, each, child)} for each in requests]}
    )


def _one(plug: Plug, request: Json, child: int | None) -> Json:
    method = str(request.get("method"))
    if method in energy.METHODS:
        return energy.answer(plug, method, child)
    if method == "set_device_info":
        return _set_device_info(plug, request.get("params", {}), child or 0)
    found = methods.find(plug, method, child)
    return ok(found(plug, child or 0)) if found else {"error_code": UNKNOWN_METHOD}


def _set_device_info(plug: Plug, params: Json, outlet: int) -> Json:
    if "device_on" in params:
        plug.meter(outlet).switch(plug.clock(), on=bool(params["device_on"]))
    return {"error_code": 0}
