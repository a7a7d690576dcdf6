"""What a person reads: reports over the read copy, as table, CSV, JSON, Markdown or Parquet."""
