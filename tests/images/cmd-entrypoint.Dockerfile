FROM scratch
CMD echo "shell $HOME"
ENTRYPOINT ["/bin/x", "-c"]
