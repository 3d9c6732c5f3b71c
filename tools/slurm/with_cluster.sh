#!/usr/bin/env bash
# with_cluster.sh COMMAND...: run a command beside a SLURM of this machine, which is stopped and removed afterwards.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
"$here/install.sh"
ROOT=$(mktemp -d "${TMPDIR:-/tmp}/slurm.XXXXXX")
trap '"$here/cluster.sh" stop "$ROOT"; rm -rf "$ROOT"' EXIT
"$here/cluster.sh" start "$ROOT"
export SLURM_CONF=$ROOT/etc/slurm.conf
"$@"
