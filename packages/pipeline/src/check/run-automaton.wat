;; Runs a record automaton over bytes: the loop that sees every byte of every file. JavaScript takes between one and two
;; times as long for it, by the luck of its compiler. `npx tsx scripts/write-automaton-wasm.ts` makes the module of this.
;;
;; Memory: 0 the run as six 32-bit numbers (state, at, start, records, quoted newlines, those before `start`), 64 the class
;; of each byte, 1024 the table, then the bytes. States are offsets into the table, counted in entries.
(module
  (memory (import "automaton" "memory") 1)

  ;; Entries of 16 bits.
  (func (export "run16") (param $bytes i32) (param $size i32) (param $lastEvent i32) (param $end i32)
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
          (i32.load16_u offset=1024
            (i32.shl
              (i32.add
                (local.get $state)
                (i32.load8_u offset=64 (i32.load8_u (i32.add (local.get $bytes) (local.get $at)))))
              (i32.const 1))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next (i32.gt_u (local.get $state) (local.get $lastEvent)))
        ;; Dead.
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

  ;; The same, entries of 32 bits.
  (func (export "run32") (param $bytes i32) (param $size i32) (param $lastEvent i32) (param $end i32)
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
          (i32.load offset=1024
            (i32.shl
              (i32.add
                (local.get $state)
                (i32.load8_u offset=64 (i32.load8_u (i32.add (local.get $bytes) (local.get $at)))))
              (i32.const 2))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next (i32.gt_u (local.get $state) (local.get $lastEvent)))
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
    (i32.store offset=20 (i32.const 0) (local.get $before))))
