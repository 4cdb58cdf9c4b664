"""Runs probes on untrusted code: a worker behind a pipe, in a sandbox."""
