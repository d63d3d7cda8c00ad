"""Files to Dataset: tables, mapping, findings, and the five published districts."""
