"""The accounts that a real home needs: those of the sources that its configuration names."""

from collections.abc import Iterator, Mapping

from pydantic import SecretStr

from home_model.config import Home
from up.house import kinds_of
from up.settings import Settings

VIRTUAL_SWITCHBOT = {"SWITCHBOT_TOKEN": "virtual-token", "SWITCHBOT_SECRET": "virtual-secret"}
VIRTUAL_TP_LINK = {
    "TP_LINK_USERNAME": "virtual@example.com",
    "TP_LINK_PASSWORD": "virtual-password",
}
SECRETS = frozenset({*VIRTUAL_SWITCHBOT, *VIRTUAL_TP_LINK})


def switchbot_account(settings: Settings) -> Mapping[str, str]:
    """What the SwitchBot exporter is given."""
    if settings.virtual:
        return VIRTUAL_SWITCHBOT
    return _revealed(
        SWITCHBOT_TOKEN=settings.switchbot_token, SWITCHBOT_SECRET=settings.switchbot_secret
    )


def tp_link_account(settings: Settings) -> Mapping[str, str]:
    """What the TP-Link exporter is given."""
    if settings.virtual:
        return VIRTUAL_TP_LINK
    return _revealed(
        TP_LINK_USERNAME=settings.tp_link_username, TP_LINK_PASSWORD=settings.tp_link_password
    )


def problems(settings: Settings, home: Home) -> Iterator[str]:
    """Every account that is needed and not given."""
    if settings.virtual:
        return
    given = {"cloud": switchbot_account(settings), "native": tp_link_account(settings)}
    names = {"cloud": VIRTUAL_SWITCHBOT, "native": VIRTUAL_TP_LINK}
    for kind in sorted(kinds_of(home) & given.keys()):
        if not given[kind]:
            wanted = " and ".join(names[kind])
            yield f"{settings.config_file} has `{kind}` sources: set {wanted}"


def _revealed(**secrets: SecretStr | None) -> Mapping[str, str]:
    return {name: secret.get_secret_value() for name, secret in secrets.items() if secret}
