// HL7's R4 resources as bytes of the program (see tools/definitions/artifacts.mjs).
    .section .rodata
    .global qianxian_r4_artifacts_begin
    .global qianxian_r4_artifacts_end
    .balign 16
qianxian_r4_artifacts_begin:
    .incbin QIANXIAN_R4_ARTIFACTS
qianxian_r4_artifacts_end:
    .byte 0
    .section .note.GNU-stack,"",%progbits
