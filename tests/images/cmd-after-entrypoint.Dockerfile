FROM scratch
ENTRYPOINT exec top -b
CMD ["a", "b \"c\""]
