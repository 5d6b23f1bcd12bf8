"""Tables: what people write in CSV and TOML, and the small texts in their cells; nothing here knows a model."""
