"""Reports of any stage: one self-contained HTML page, or Markdown."""
