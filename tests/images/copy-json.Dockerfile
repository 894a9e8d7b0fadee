FROM scratch
COPY ["odd/with space", "/a b/"]
COPY ["readme.md", "keep.log", "/c/"]
