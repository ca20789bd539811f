"""Direct mechanisms: types, reports, transfers, properties; audits and designs."""
