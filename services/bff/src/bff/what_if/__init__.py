"""Any contract on the past of the house, beside the bills that it had."""
