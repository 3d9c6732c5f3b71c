#!/usr/bin/env bash
# cluster.sh start|stop ROOT: a real SLURM with accounting on this machine alone, as root, without systemd or cgroups.
# Settings, state, logs and process numbers lie under ROOT; every daemon listens on loopback only, or nothing stays up.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
action=$1 ROOT=$2
python=$here/../../.venv/bin/python
[ -x "$python" ] || python=python3
export PATH="$PATH:/usr/sbin" SLURM_CONF=$ROOT/etc/slurm.conf
HOST=$(uname -n) && HOST=${HOST%%.*}
DAEMONS=(slurmd slurmctld slurmdbd munged mariadbd) # in the order in which they are stopped
MARK="# for a SLURM of one machine"

die() {
  echo "SLURM did not start: $1" >&2
  tail -n 15 "$ROOT"/log/*.log >&2 || true
  stop
  exit 1
}

until_true() { # SECONDS COMMAND...: try every tenth of a second
  local tries=$(($1 * 10))
  shift
  for _ in $(seq "$tries"); do "$@" >/dev/null 2>&1 && return 0 || sleep 0.1; done
  return 1
}

resolve_to_loopback() { # daemons bind to what the host's name resolves to
  case $(getent ahostsv4 "$HOST" | awk 'NR == 1 {print $1}') in 127.*) return ;; esac
  local before
  before=$(cat /etc/hosts)
  printf '127.0.0.1 %s %s\n%s\n' "$HOST" "$MARK" "$before" >/etc/hosts
}

fill() { # TEMPLATE TARGET
  sed -e "s|@ROOT@|$ROOT|g; s|@HOST@|$HOST|g; s|@CPUS@|$(nproc)|g; s|@MEGABYTES@|$MEGABYTES|g" \
    -e "s|@CTLD_PORT@|$CTLD_PORT|; s|@NODE_PORT@|$NODE_PORT|; s|@DBD_PORT@|$DBD_PORT|" "$here/$1" >"$2"
  chmod 600 "$2"
}

start_database() {
  local socket=$ROOT/run/mysql.sock
  mariadb-install-db --no-defaults --user=root --datadir="$ROOT/db" --auth-root-authentication-method=socket \
    --skip-test-db >"$ROOT/log/database.log" 2>&1
  mariadbd --no-defaults --user=root --datadir="$ROOT/db" --socket="$socket" --skip-networking \
    --pid-file="$ROOT/run/mariadbd.pid" --innodb-buffer-pool-size=64M --innodb-lock-wait-timeout=900 \
    >>"$ROOT/log/database.log" 2>&1 &
  until_true 30 mariadb-admin --no-defaults --socket="$socket" ping || die "the database"
  mariadb --no-defaults --socket="$socket" -e "CREATE DATABASE accounting;
    CREATE USER 'slurm'@'localhost' IDENTIFIED BY 'slurm'; GRANT ALL ON accounting.* TO 'slurm'@'localhost';"
}

start() {
  mkdir -p "$ROOT"/{etc,state,spool,log,run,db}
  chmod 755 "$ROOT" "$ROOT"/*
  MEGABYTES=$(awk '/MemTotal/ {print int($2 * 0.9 / 1024)}' /proc/meminfo)
  read -r CTLD_PORT NODE_PORT DBD_PORT < <("$python" "$here/free_ports.py" 3)
  resolve_to_loopback
  fill slurm.conf.in "$ROOT/etc/slurm.conf"
  fill slurmdbd.conf.in "$ROOT/etc/slurmdbd.conf"
  # slurmd loads a cgroup plugin although nothing uses it; looking for one by itself, it fails where none is mounted
  printf 'CgroupPlugin=cgroup/v1\nCgroupAutomount=no\n' >"$ROOT/etc/cgroup.conf"
  head -c 1024 /dev/urandom >"$ROOT/etc/munge.key" && chmod 400 "$ROOT/etc/munge.key"
  munged --force --key-file="$ROOT/etc/munge.key" --socket="$ROOT/run/munge.sock" --pid-file="$ROOT/run/munged.pid" \
    --log-file="$ROOT/log/munged.log" --seed-file="$ROOT/run/munged.seed" || die "munged"
  start_database
  MYSQL_UNIX_PORT=$ROOT/run/mysql.sock slurmdbd || die "slurmdbd"
  until_true 30 sacctmgr --noheader show cluster || die "slurmdbd does not answer"
  sacctmgr --immediate add cluster test >/dev/null
  sacctmgr --immediate add account test >/dev/null
  sacctmgr --immediate add user root account=test adminlevel=Admin >/dev/null
  slurmctld -i || die "slurmctld"
  slurmd || die "slurmd"
  until_true 30 idle || die "the node is not idle: $(sinfo --noheader 2>&1)"
  local open
  open=$(beyond_loopback)
  [ -z "$open" ] || die "listening beyond loopback: $open"
}

idle() { [ "$(sinfo --noheader --format=%T | sort -u)" = idle ]; }

beyond_loopback() { # sockets of our daemons that listen anywhere else
  local pids
  pids=$(cat "$ROOT"/run/*.pid | sed 's/.*/pid=&,/' | paste -sd'|')
  ss -Hltunp | grep -E "$pids" | awk '{print $5}' | grep -vE '^(127\.|\[::1\])' || true
}

stop() {
  scancel --full --user="$(id -un)" >/dev/null 2>&1 && sleep 1 || true
  for daemon in "${DAEMONS[@]}"; do
    local file=$ROOT/run/$daemon.pid pid
    [ -s "$file" ] || continue
    pid=$(cat "$file")
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$daemon" ] || continue
    kill "$pid"
    until_true 20 gone "$pid" || kill -KILL "$pid"
  done
  if grep -q "$MARK" /etc/hosts; then
    local kept
    kept=$(grep -v "$MARK" /etc/hosts)
    printf '%s\n' "$kept" >/etc/hosts
  fi
}

gone() { ! kill -0 "$1"; }

"$action"
