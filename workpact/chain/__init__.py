"""The seam to the chain: ABIs, addresses, decoded errors, crash-safe sending."""
