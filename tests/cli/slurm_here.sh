#!/bin/sh
# slurm_here.sh start|stop DIR: munged, slurmctld and slurmd of one node, all that they write in DIR
d=$2
PATH=$PATH:/usr/sbin:/sbin
if [ "$1" = stop ]; then
  for one in slurmd slurmctld munge/munged; do
    [ -f "$d/$one.pid" ] && kill "$(cat "$d/$one.pid")"
  done
  exit 0
fi
set -e
host=$(hostname -s)
mkdir -p "$d/state" "$d/spool" "$d/munge"
chmod 700 "$d/munge"
dd if=/dev/urandom of="$d/munge/key" bs=1024 count=1 2>/dev/null
chmod 400 "$d/munge/key"
munged --force --key-file="$d/munge/key" --socket="$d/munge/socket" --pid-file="$d/munge/munged.pid" \
  --log-file="$d/munge/log" --seed-file="$d/munge/seed"
cat > "$d/slurm.conf" <<C
ClusterName=keyhole
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$3
SlurmdPort=$4
AuthType=auth/munge
AuthInfo=socket=$d/munge/socket
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
StateSaveLocation=$d/state
SlurmdSpoolDir=$d/spool
SlurmctldPidFile=$d/slurmctld.pid
SlurmdPidFile=$d/slurmd.pid
SlurmctldLogFile=$d/slurmctld.log
SlurmdLogFile=$d/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
ReturnToService=2
MinJobAge=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
C
export SLURM_CONF="$d/slurm.conf"
slurmctld -c
slurmd -N "$host"
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
  sinfo --noheader --format=%T 2>/dev/null | grep -q idle && exit 0
  sleep 1
done
echo "the node does not become idle" >&2
cat "$d/slurmctld.log" "$d/slurmd.log" >&2
exit 1
