FROM scratch
ENV A=1 B="two words" C='$A' D=$A E=a\ b
ENV OLD value with  spaces
ENV A=2 F=$A
ENV PATH=/mine:$PATH
ENV G=${A:+set} H=${UNSET:-default} I=${UNSET:+no} J="${A}x" K=${PATH%%:*} L=${PATH#*:} M=${PATH//bin/BIN}
