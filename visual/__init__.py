"""View and Result to DOT (pure) to SVG, PNG and PDF."""
