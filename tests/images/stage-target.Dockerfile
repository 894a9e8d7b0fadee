# options: --target first
FROM scratch AS first
ENV A=1
CMD ["first"]
FROM first
CMD ["second"]
