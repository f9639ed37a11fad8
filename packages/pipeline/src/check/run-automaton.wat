;; Runs a record automaton over bytes: the loops that see every byte of every file. JavaScript takes between one and two
;; times as long for the first one, by the luck of its compiler. `npx tsx scripts/write-automaton-wasm.ts` makes the module
;; of this, with each function twice: for tables of 16-bit entries, and (16 replaced by 32) of 32-bit entries.
;;
;; Memory: 0 the run as six numbers (state, at, start, records, quoted newlines, those before `start`), 24 the four lanes of
;; `lanes` as three numbers each (state, start, records), 128 the class of each byte, 1024 the table, then the bytes.
;; States are offsets into the table, counted in entries; 0 is dead. In the table the states that want attention (dead, a
;; record has ended, a newline inside of quotes) have the sign bit set: one look at it for all four lanes.
(module
  (memory (import "automaton" "memory") 1)

  ;; From the run's `at` to `size`, or until dead.
  (func (export "run16") (param $bytes i32) (param $size i32) (param $end i32)
    (local $state i32) (local $at i32) (local $start i32) (local $records i32) (local $quoted i32) (local $before i32)
    (local.set $state (i32.load offset=0 (i32.const 0)))
    (local.set $at (i32.load offset=4 (i32.const 0)))
    (local.set $start (i32.load offset=8 (i32.const 0)))
    (local.set $records (i32.load offset=12 (i32.const 0)))
    (local.set $quoted (i32.load offset=16 (i32.const 0)))
    (local.set $before (i32.load offset=20 (i32.const 0)))
    (block $stop
      (loop $next
        (br_if $stop (i32.ge_u (local.get $at) (local.get $size)))
        (local.set $state
          (i32.load16_s offset=1024
            (i32.mul
              (i32.add
                (local.get $state)
                (i32.load8_u offset=128 (i32.load8_u (i32.add (local.get $bytes) (local.get $at)))))
              (i32.const 2))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next (i32.ge_s (local.get $state) (i32.const 0)))
        (local.set $state (i32.and (local.get $state) (i32.const 0x7fff)))
        (br_if $stop (i32.eqz (local.get $state)))
        (if (i32.eq (local.get $state) (local.get $end))
          (then
            (local.set $records (i32.add (local.get $records) (i32.const 1)))
            (local.set $start (local.get $at))
            (local.set $before (local.get $quoted)))
          (else
            (local.set $quoted (i32.add (local.get $quoted) (i32.const 1)))))
        (br $next)))
    (i32.store offset=0 (i32.const 0) (local.get $state))
    (i32.store offset=4 (i32.const 0) (local.get $at))
    (i32.store offset=8 (i32.const 0) (local.get $start))
    (i32.store offset=12 (i32.const 0) (local.get $records))
    (i32.store offset=16 (i32.const 0) (local.get $quoted))
    (i32.store offset=20 (i32.const 0) (local.get $before)))

  ;; Four lanes in step, which hide each other's waiting for memory: one from the run's state at `lane1`, the others from
  ;; `end`. Returns the steps taken: fewer than `steps` when one of them has died or has seen a newline in quotes with the
  ;; last one. What they find stands in memory: events are rare, and the loop needs all registers.
  (func (export "lanes16") (param $lane1 i32) (param $lane2 i32) (param $lane3 i32) (param $lane4 i32) (param $steps i32)
    (param $end i32) (result i32)
    (local $at i32) (local $stops i32) (local $state1 i32) (local $state2 i32) (local $state3 i32) (local $state4 i32)
    (memory.fill (i32.const 24) (i32.const 0) (i32.const 48))
    (local.set $state1 (i32.load offset=0 (i32.const 0)))
    (local.set $state2 (local.get $end))
    (local.set $state3 (local.get $end))
    (local.set $state4 (local.get $end))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $steps)))
        (local.set $state1
          (i32.load16_s offset=1024
            (i32.mul
              (i32.add
                (local.get $state1)
                (i32.load8_u offset=128 (i32.load8_u (i32.add (local.get $lane1) (local.get $at)))))
              (i32.const 2))))
        (local.set $state2
          (i32.load16_s offset=1024
            (i32.mul
              (i32.add
                (local.get $state2)
                (i32.load8_u offset=128 (i32.load8_u (i32.add (local.get $lane2) (local.get $at)))))
              (i32.const 2))))
        (local.set $state3
          (i32.load16_s offset=1024
            (i32.mul
              (i32.add
                (local.get $state3)
                (i32.load8_u offset=128 (i32.load8_u (i32.add (local.get $lane3) (local.get $at)))))
              (i32.const 2))))
        (local.set $state4
          (i32.load16_s offset=1024
            (i32.mul
              (i32.add
                (local.get $state4)
                (i32.load8_u offset=128 (i32.load8_u (i32.add (local.get $lane4) (local.get $at)))))
              (i32.const 2))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next
          (i32.ge_s
            (i32.or
              (i32.or (local.get $state1) (local.get $state2))
              (i32.or (local.get $state3) (local.get $state4)))
            (i32.const 0)))
        (if (i32.lt_s (local.get $state1) (i32.const 0))
          (then
            (local.set $state1 (i32.and (local.get $state1) (i32.const 0x7fff)))
            (if (i32.eq (local.get $state1) (local.get $end))
              (then
                (i32.store offset=28 (i32.const 0) (local.get $at))
                (i32.store offset=32 (i32.const 0) (i32.add (i32.load offset=32 (i32.const 0)) (i32.const 1))))
              (else
                (local.set $stops (i32.const 1))))))
        (if (i32.lt_s (local.get $state2) (i32.const 0))
          (then
            (local.set $state2 (i32.and (local.get $state2) (i32.const 0x7fff)))
            (if (i32.eq (local.get $state2) (local.get $end))
              (then
                (i32.store offset=40 (i32.const 0) (local.get $at))
                (i32.store offset=44 (i32.const 0) (i32.add (i32.load offset=44 (i32.const 0)) (i32.const 1))))
              (else
                (local.set $stops (i32.const 1))))))
        (if (i32.lt_s (local.get $state3) (i32.const 0))
          (then
            (local.set $state3 (i32.and (local.get $state3) (i32.const 0x7fff)))
            (if (i32.eq (local.get $state3) (local.get $end))
              (then
                (i32.store offset=52 (i32.const 0) (local.get $at))
                (i32.store offset=56 (i32.const 0) (i32.add (i32.load offset=56 (i32.const 0)) (i32.const 1))))
              (else
                (local.set $stops (i32.const 1))))))
        (if (i32.lt_s (local.get $state4) (i32.const 0))
          (then
            (local.set $state4 (i32.and (local.get $state4) (i32.const 0x7fff)))
            (if (i32.eq (local.get $state4) (local.get $end))
              (then
                (i32.store offset=64 (i32.const 0) (local.get $at))
                (i32.store offset=68 (i32.const 0) (i32.add (i32.load offset=68 (i32.const 0)) (i32.const 1))))
              (else
                (local.set $stops (i32.const 1))))))
        (br_if $next (i32.eqz (local.get $stops)))))
    (i32.store offset=24 (i32.const 0) (local.get $state1))
    (i32.store offset=36 (i32.const 0) (local.get $state2))
    (i32.store offset=48 (i32.const 0) (local.get $state3))
    (i32.store offset=60 (i32.const 0) (local.get $state4))
    (local.get $at))
)
