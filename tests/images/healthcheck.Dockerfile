FROM scratch
HEALTHCHECK --interval=1m30s --timeout=1.5s --start-period=2s --start-interval=100ms --retries=4 CMD ["curl", "x"]
