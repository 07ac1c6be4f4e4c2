"""Every table of the BFF in one place, for migrations and for comparing them with the models."""

from bff.database import Base
from bff.device_meta import model as device_meta
from bff.ledger import model as ledger
from bff.prices import model as prices

MODELS = (prices.UnitPrice, device_meta.DeviceMeta)
DERIVED = (ledger.LedgerDay, ledger.LedgerFrontier)
METADATA = Base.metadata
