"""An exporter as a running process, until told to stop."""

from contextlib import ExitStack
from datetime import datetime

from exporter_kit.clock import Clock
from exporter_kit.configuration import Configuration
from exporter_kit.durable import Document, InUseError, only_writer
from exporter_kit.energy_state import EnergyState, load_counters, state_document
from exporter_kit.process import Process
from exporter_kit.program import Program
from exporter_kit.server import serving
from exporter_kit.start_error import CannotStartError


async def run_exporter(program: Program, clock: Clock) -> None:
    """Run until SIGTERM or SIGINT.

    Raises:
        ConfigError: There is no good configuration to begin with.
        CannotStartError: The state or the port cannot be had.
    """
    settings = program.settings
    configuration = Configuration(settings.config_file, clock)
    document = state_document(settings.state_dir, program.name)
    with ExitStack() as held:
        energy = _hold_state(held, document, clock.now())
        process = Process(program, configuration, energy, clock)
        async with serving(process.answers(), settings.listen_host, settings.listen_port):
            await process.run()


def _hold_state(held: ExitStack, document: Document, now: datetime) -> EnergyState:
    try:
        held.enter_context(only_writer(document.path))
        return EnergyState(document, load_counters(document, now))
    except InUseError as error:
        message = f"STATE_DIR: {error}"
    except OSError as error:
        message = f"STATE_DIR {document.path.parent} cannot be used: {error.strerror}"
    raise CannotStartError(message)
