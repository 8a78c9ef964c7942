// The compiled R4 definitions as bytes of the program (see tools/definitions/compile.mjs).
    .section .rodata
    .global qianxian_r4_text_begin
    .global qianxian_r4_text_end
    .balign 16
qianxian_r4_text_begin:
    .incbin QIANXIAN_R4_TEXT
qianxian_r4_text_end:
    .byte 0
    .section .note.GNU-stack,"",%progbits
