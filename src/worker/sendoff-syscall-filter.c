#include "worker/sendoff-syscall-filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifdef ARCHITECTURE

/* Calls from here on are younger than the C library's floor, which does without them after ENOSYS: "close_range". */
#define FIRST_YOUNG_CALL 436

/* Names of mappings, for debuggers: what some versions of the C library's malloc() do. */
#define NAME_MAPPING 0x53564d41

#define MAX_INSTRUCTIONS 440

static const int allowed[] = {
  /* reading and writing what is open; Landlock decides what can be opened */
  __NR_read, __NR_write, __NR_readv, __NR_writev, __NR_pread64, __NR_pwrite64, __NR_preadv, __NR_pwritev, __NR_lseek,
  __NR_close, __NR_dup, __NR_dup3, __NR_fcntl, __NR_pipe2, __NR_eventfd2, __NR_ppoll, __NR_pselect6, __NR_fsync,
  __NR_fdatasync, __NR_ftruncate, __NR_fallocate, __NR_fadvise64, __NR_openat, __NR_fstat, __NR_newfstatat,
  __NR_statx, __NR_faccessat, __NR_readlinkat, __NR_getcwd, __NR_getdents64, __NR_renameat, __NR_renameat2,
  __NR_unlinkat, __NR_flock, __NR_umask,
  /* memory */
  __NR_mmap, __NR_munmap, __NR_mremap, __NR_mprotect, __NR_madvise, __NR_brk, __NR_msync, __NR_mincore,
  __NR_get_mempolicy, __NR_set_mempolicy, __NR_mbind,
  /* threads, and waiting for them */
  __NR_futex, __NR_set_robust_list, __NR_get_robust_list, __NR_set_tid_address, __NR_exit, __NR_exit_group,
  __NR_sched_yield, __NR_sched_getaffinity, __NR_sched_setaffinity, __NR_sched_getparam, __NR_sched_getscheduler,
  __NR_sched_setscheduler, __NR_sched_get_priority_max, __NR_sched_get_priority_min, __NR_getpriority,
  __NR_setpriority, __NR_membarrier, __NR_nanosleep, __NR_clock_nanosleep, __NR_rt_sigaction, __NR_rt_sigprocmask,
  __NR_rt_sigreturn, __NR_rt_sigtimedwait, __NR_sigaltstack, __NR_restart_syscall,
  /* who and what this is */
  __NR_getpid, __NR_gettid, __NR_getppid, __NR_getuid, __NR_geteuid, __NR_getgid, __NR_getegid, __NR_getrusage,
  __NR_getrlimit, __NR_sysinfo, __NR_uname, __NR_times, __NR_clock_gettime, __NR_clock_getres, __NR_gettimeofday,
  __NR_getrandom, __NR_getcpu,
#ifdef __NR_rseq
  __NR_rseq,
#endif
#ifdef __NR_faccessat2
  __NR_faccessat2,
#endif
#ifdef __NR_close_range
  __NR_close_range,
#endif
#ifdef __x86_64__
  /* the older forms, which only this architecture has */
  __NR_open, __NR_stat, __NR_lstat, __NR_access, __NR_readlink, __NR_rename, __NR_unlink, __NR_dup2, __NR_pipe,
  __NR_poll, __NR_select, __NR_time, __NR_arch_prctl,
#endif
#if defined(__SANITIZE_ADDRESS__) && defined(__x86_64__)
  __NR_prctl, __NR_wait4, __NR_ptrace, __NR_clone, __NR_tkill, __NR_kill, __NR_prlimit64, __NR_getdents,
#endif
};

/* What drivers of graphics cards ask for beside: commands to devices, and memory shared with them. */
static const int allowed_with_hardware[] = {
  __NR_ioctl, __NR_memfd_create, __NR_mlock, __NR_munlock, __NR_statfs, __NR_fstatfs, __NR_kcmp, __NR_epoll_create1,
  __NR_epoll_ctl, __NR_epoll_pwait,
#ifdef __x86_64__
  __NR_epoll_wait,
#endif
};

typedef struct {
  struct sock_filter code[MAX_INSTRUCTIONS];
  guint length;
} Program;

static void
add (Program *self, guint16 code, guint8 if_true, guint8 if_false, guint32 value)
{
  g_assert (self->length < MAX_INSTRUCTIONS);
  self->code[self->length++] = (struct sock_filter){ code, if_true, if_false, value };
}

static void
add_answer (Program *self, guint32 answer)
{
  add (self, BPF_RET | BPF_K, 0, 0, answer);
}

/* The lower half of the first argument; both architectures are little-endian. */
static void
load_argument (Program *self)
{
  add (self, BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof (struct seccomp_data, args[0]));
}

/* Allows @number; @value: only with that first argument, and the rest of the program knows nothing of @number. */
static void
allow (Program *self, int number)
{
  add (self, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (guint32)number);
  add_answer (self, SECCOMP_RET_ALLOW);
}

static void
allow_with (Program *self, int number, guint32 value)
{
  add (self, BPF_JMP | BPF_JEQ | BPF_K, 0, 4, (guint32)number);
  load_argument (self);
  add (self, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, value);
  add_answer (self, SECCOMP_RET_ALLOW);
  add_answer (self, SECCOMP_RET_ERRNO | EPERM);
}

/* Threads, no processes. The flags of clone3() lie in memory, where no filter can look: ENOSYS makes the C library
 * use clone(). */
static void
allow_threads (Program *self)
{
  add (self, BPF_JMP | BPF_JEQ | BPF_K, 0, 4, __NR_clone);
  load_argument (self);
  add (self, BPF_JMP | BPF_JSET | BPF_K, 0, 1, CLONE_THREAD);
  add_answer (self, SECCOMP_RET_ALLOW);
  add_answer (self, SECCOMP_RET_ERRNO | EPERM);
#ifdef __NR_clone3
  add (self, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, __NR_clone3);
  add_answer (self, SECCOMP_RET_ERRNO | ENOSYS);
#endif
}

/* A thread's name is its own business; nothing else that prctl() does is needed any more. */
static void
allow_naming (Program *self)
{
  static const guint32 options[] = { PR_SET_NAME, PR_GET_NAME, NAME_MAPPING };

  add (self, BPF_JMP | BPF_JEQ | BPF_K, 0, 2 + 2 * G_N_ELEMENTS (options), __NR_prctl);
  load_argument (self);
  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    {
      add (self, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, options[i]);
      add_answer (self, SECCOMP_RET_ALLOW);
    }
  add_answer (self, SECCOMP_RET_ERRNO | EPERM);
}

static void
write_program (Program *self, gboolean hardware)
{
  add (self, BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof (struct seccomp_data, arch));
  add (self, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, ARCHITECTURE);
  add_answer (self, SECCOMP_RET_ERRNO | EPERM);
  add (self, BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof (struct seccomp_data, nr));
  for (gsize i = 0; i < G_N_ELEMENTS (allowed); i++)
    allow (self, allowed[i]);
  for (gsize i = 0; hardware && i < G_N_ELEMENTS (allowed_with_hardware); i++)
    allow (self, allowed_with_hardware[i]);
  allow_threads (self);
  allow_naming (self);
  /* abort() and the limits of this process itself. */
  allow_with (self, __NR_tgkill, (guint32)getpid ());
  allow_with (self, __NR_prlimit64, 0);
  /* x32 calls have numbers far above. */
  add (self, BPF_JMP | BPF_JGE | BPF_K, 0, 1, 0x40000000);
  add_answer (self, SECCOMP_RET_ERRNO | EPERM);
  add (self, BPF_JMP | BPF_JGE | BPF_K, 0, 1, FIRST_YOUNG_CALL);
  add_answer (self, SECCOMP_RET_ERRNO | ENOSYS);
  add_answer (self, SECCOMP_RET_ERRNO | EPERM);
}

#endif

/**
 * sendoff_syscall_filter_install:
 * @hardware: with what drivers of graphics cards ask for
 *
 * Returns: whether the filter holds now, for good; the process may gain no privileges
 */
gboolean
sendoff_syscall_filter_install (gboolean hardware)
{
#ifdef ARCHITECTURE
  g_autofree Program *program = g_new0 (Program, 1);
  struct sock_fprog filter = { .filter = program->code };

  write_program (program, hardware);
  filter.len = (unsigned short)program->length;
  return syscall (__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) == 0;
#else
  return FALSE;
#endif
}
