;; Answers with fib(27), 196418, in decimal digits.
(module
  (import "env" "response_end" (func $end (param i32 i32) (result i32)))
  (memory (export "memory") 1)

  (func $fib (param $n i32) (result i32)
    (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
      (then (local.get $n))
      (else
        (i32.add
          (call $fib (i32.sub (local.get $n) (i32.const 1)))
          (call $fib (i32.sub (local.get $n) (i32.const 2)))))))

  (func (export "mim_handle")
    (local $rest i32) (local $at i32)
    (local.set $rest (call $fib (i32.const 27)))
    (local.set $at (i32.const 32))
    (loop $digit
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 (local.get $at) (i32.add (i32.const 48) (i32.rem_u (local.get $rest) (i32.const 10))))
      (local.set $rest (i32.div_u (local.get $rest) (i32.const 10)))
      (br_if $digit (local.get $rest)))
    (drop (call $end (local.get $at) (i32.sub (i32.const 32) (local.get $at))))))
