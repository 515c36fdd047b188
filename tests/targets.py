# targets.py - what compilers for GPUs make of our kernels, as a table
# SPDX-License-Identifier: MIT
#
# usage: targets.py TOOLS TEXTS [--all|--write]
#
# TOOLS is the folder of build-aux/install-targets, TEXTS one where the program
# targets has written kernels.  They are compiled for each
# target: all of them for one of each vendor, a few for the others, or all with
# --all.  What comes of it must keep the promises below, and be the lines of
# targets.txt where the compilers are of the same versions; --write writes it.
import concurrent.futures
import ctypes
import glob
import os
import re
import subprocess
import sys
import tempfile

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'targets.txt')

# Of each target a card: how many units it has, at how many GHz; then for a unit
# and a clock lanes of any instruction, of float32, of float64, of special
# functions, and bytes of local memory.  NVIDIA: CUDA programming guide, table
# "throughput of native arithmetic instructions", boost clocks of the data
# sheets.  AMD: the ISA guides and white papers.  Intel: the oneAPI GPU
# optimization guide.
NVIDIA = {
    'sm_75': ('T4', 40, 1.59, 128, 64, 2, 16, 128),
    'sm_80': ('A100', 108, 1.41, 128, 64, 32, 16, 128),
    'sm_86': ('RTX 3090', 82, 1.70, 128, 128, 2, 16, 128),
    'sm_89': ('RTX 4090', 128, 2.52, 128, 128, 2, 16, 128),
    'sm_90': ('H100', 132, 1.98, 128, 128, 64, 16, 128),
    'sm_100': ('B200', 148, 1.96, 128, 128, 64, 16, 128),
    'sm_120': ('RTX 5090', 170, 2.41, 128, 128, 2, 16, 128),
    'sm_121': ('GB10', 48, 2.42, 128, 128, 2, 16, 128),
}
AMD = {
    'gfx906': ('MI50', 60, 1.73, 64, 64, 32, 16, 128),
    'gfx90a': ('MI250X, a half', 110, 1.70, 64, 64, 64, 16, 128),
    'gfx942': ('MI300X', 304, 2.10, 64, 64, 64, 16, 128),
    'gfx1030': ('RX 6900 XT', 80, 2.25, 64, 64, 4, 16, 128),
    'gfx1100': ('RX 7900 XTX', 96, 2.50, 64, 64, 2, 16, 128),
    'gfx1201': ('RX 9070 XT', 64, 2.97, 64, 64, 2, 16, 128),
}
INTEL = {
    'tgllp': ('Iris Xe', 96, 1.35, 8, 8, 0, 2, 8),
    'dg2-g10': ('Arc A770', 512, 2.40, 8, 8, 0, 2, 8),
    'pvc': ('Max 1550', 1024, 1.60, 16, 16, 16, 4, 16),
}
NARROW = {'tgllp': '-DNARROW=8', 'dg2-g10': '-DNARROW=8', 'pvc': '-DNARROW=16'}
UNITS = ('issue', 'float32', 'float64', 'special', 'local')

# Of a multiprocessor: warps, blocks, KiB of shared memory.
SIZES = {
    'sm_75': (32, 16, 64), 'sm_80': (64, 32, 164), 'sm_86': (48, 16, 100),
    'sm_89': (48, 24, 100), 'sm_90': (64, 32, 228), 'sm_100': (64, 32, 228),
    'sm_120': (48, 24, 100), 'sm_121': (48, 24, 100),
}

# Of a unit of AMD's, with four vector units: lanes of a wave; registers of a
# vector unit, a multiple of how many a wave has, most waves there; bytes of
# local memory.  gfx10 and later: of two units that share theirs.
WAVES = {
    'gfx906': (64, 256, 4, 10, 65536), 'gfx90a': (64, 512, 8, 8, 65536),
    'gfx942': (64, 512, 8, 8, 65536), 'gfx1030': (32, 1024, 16, 16, 131072),
    'gfx1100': (32, 1536, 24, 16, 131072),
    'gfx1201': (32, 1536, 24, 16, 131072),
}

# ----- instructions: a name without predicate, and its operands -------------

# Patterns by unit; a local load counts 4 bytes for each number, see bytes_of.
KINDS = {
    'nvidia': (
        ('float64', r'D(FMA|ADD|MUL|SETP|MNMX)'),
        ('special', r'MUFU'),
        ('float32', r'F(FMA|ADD|MUL|SETP|MNMX|SEL|CHK)'),
        ('local', r'LDS|STS'),
        ('memory', r'LDL|STL'),
        ('convert', r'[IF]2[IF]|FRND'),
        ('wide', r'IMAD\.WIDE|I(ADD3|MAD)\.X|[^U]\S+\.[SU]?64\b'),
        ('barrier', r'BAR')),
    'amd': (
        ('float64', r'v_\w*f64'),
        ('special', r'v_s?_?(exp|log|rcp|rsq|sqrt|sin|cos)_f'),
        ('convert', r'v_cvt'),
        ('wide', r'v_(mad_[iu]64|lshl_add_u64|lshlrev_b64|add_co)'),
        ('float32', r'v_\w*f32'),
        ('local', r'ds_'),
        ('memory', r'scratch_|buffer_'),
        ('barrier', r's_barrier')),
    'intel': (
        ('special', r'math'),
        ('float64', r'\w+(\.\w+)* .*:df'),
        ('local', r'(send|load|store)\.slm'),
        ('memory', r'(send|load|store)\.ugm'),
        ('barrier', r'sync\.bar'),
        ('float32', r'(mad|add|mul|sel|cmp|mov)\b.*:f\b')),
}


def kind_of(vendor, text):
    for kind, pattern in KINDS[vendor]:
        if re.match(pattern, text):
            return kind
    return 'other'


def numbers_of(text):
    """How many 4 bytes a local load takes for each work-item.

    16 bytes that all of a warp read, by a uniform address, take NVIDIA's local
    memory two cycles and not four: counted on an H200 by its profiler."""
    wide = re.match(r'(?:LDS|STS)\S*\.(64|128)', text)
    if wide:
        return int(wide[1]) // (64 if '[UR' in text else 32)
    wide = re.match(r'ds_(?:read|load)(_2addr)?(2?)(?:st64)?_b(\d+)', text)
    if wide:
        return int(wide[3]) // 32 * (2 if wide[1] or wide[2] else 1)
    wide = re.search(r'd32x(\d+)', text)
    return int(wide[1]) if wide else 1


def width_of(text):
    """Of Intel's instructions, for how many 16 work-items each is."""
    wide = re.search(r'\((\d+)\|M', text)
    return max(int(wide[1]) / 16, 1) if wide else 1


SYNTAX = {      # label, instruction, branch
    'nvidia': (r'(\.L_x_\d+):', r'\s*/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\w+ )?(.*?) ?;',
               r'BRA'),
    'amd': (r'(\.LBB\d+_\d+):', r'\t([a-z]\w+.*)', r's_c?branch'),
    'intel': (r'(\w+):$', r'(?:\([^|)]*\))?\s+([a-z].*?)(?: *//.*)?$',
              r'jmpi|goto|while'),
}


def read_code(vendor, text):
    """The instructions, and the loops as pairs of their first and last, from
    wherever that one leads back."""
    label, instruction, branch = SYNTAX[vendor]
    labels, code, loops = {}, [], {}
    for line in text.splitlines():
        m = re.match(label, line)
        if m:
            labels[m[1]] = len(code)
            continue
        m = re.match(instruction, line)
        if not m:
            continue
        if re.match(branch, m[1]):
            loops.update((labels[w], len(code))
                         for w in re.findall(r'[.\w]+', m[1]) if w in labels)
        code.append(m[1])
    return code, list(loops.items())


def around(loops, inner):
    """The smallest loop around INNER."""
    return min((loop for loop in loops if loop[0] <= inner[0]
                and inner[1] <= loop[1] and loop != inner
                and loop[1] - loop[0] > inner[1] - inner[0]),
               key=lambda loop: loop[1] - loop[0])


def chunked_loop(vendor, code, loops, dim, chunk, step):
    """The same where coordinates are staged CHUNK at a time and added up STEP
    at a time: in loops that are in each other.  Of what stages there are two
    versions, for full groups and others, so that half of it is met."""
    kinds = [kind_of(vendor, text) for text in code]

    def arithmetic(loop):
        part = kinds[loop[0]:loop[1] + 1]
        return 'barrier' not in part and sum(
            k in ('float32', 'float64') for k in part)
    inner = max(loops, key=arithmetic)
    middle = around(loops, inner)
    outer = around(loops, middle)
    count = {}
    for k in range(outer[0], outer[1] + 1):
        rounds = (dim / step if inner[0] <= k <= inner[1]
                  else dim / chunk / 2 if middle[0] <= k <= middle[1] else 1)
        for kind in (kinds[k], 'issue'):
            count[kind] = count.get(kind, 0) + rounds * width_of(code[k])
        if kinds[k] == 'local':
            count['bytes'] = (count.get('bytes', 0)
                              + 4 * rounds * numbers_of(code[k]))
    return count


def step_of(vendor, code, loop, columns):
    """How many coordinates a compiler has in a round of a loop over them: as
    many as it reads of each column."""
    read = sum(numbers_of(text) for text in code[loop[0]:loop[1] + 1]
               if kind_of(vendor, text) == 'local')
    return max(read // columns, 1)


def pair_loop(vendor, code, loops, dim, columns, step=None):
    """How often an instruction of each kind is met in a round of the loop over
    pairs: of the loops without a barrier the one with most arithmetic, in which
    loops over coordinates take STEP of DIM at a time."""
    best, most = None, -1
    kinds = [kind_of(vendor, text) for text in code]
    for first, last in loops:
        if 'barrier' in kinds[first:last + 1]:
            continue
        count = {}
        for k in range(first, last + 1):
            inner = [(a, b) for a, b in loops if first <= a <= k <= b <= last
                     and b - a < last - first]
            rounds = dim / (step or step_of(vendor, code, inner[0], columns)
                            ) if inner else 1
            for kind in (kinds[k], 'issue'):
                count[kind] = count.get(kind, 0) + rounds * width_of(code[k])
            if kinds[k] == 'local':
                count['bytes'] = (count.get('bytes', 0)
                                  + 4 * rounds * numbers_of(code[k]))
        work = sum(count.get(k, 0) for k in ('float32', 'float64', 'special'))
        if work > most:
            best, most = count, work
    return best


# ----- compilers: the code as text, and what it takes -----------------------

def library_of(tools):
    return glob.glob(os.path.join(tools, 'root/usr/lib/*-linux-gnu'))[0]


class Nvidia:
    vendor, package = 'nvidia', 'nvrtc'

    def __init__(self, tools):
        home = os.path.join(tools, 'nvidia')
        self.nvrtc = ctypes.CDLL(os.path.join(home, 'lib/libnvrtc.so.13'))
        self.disassembler = os.path.join(home, 'bin/nvdisasm')

    def get(self, program, what):
        size = ctypes.c_size_t()
        getattr(self.nvrtc, 'nvrtcGet%sSize' % what)(program,
                                                     ctypes.byref(size))
        text = ctypes.create_string_buffer(size.value)
        getattr(self.nvrtc, 'nvrtcGet' + what)(program, text)
        return text.raw

    def build(self, path, options):
        program = ctypes.c_void_p()
        with open(path, 'rb') as file:
            self.nvrtc.nvrtcCreateProgram(ctypes.byref(program), file.read(),
                                          b'keops.cu', 0, None, None)
        options = [o.encode() for o in options]
        failed = self.nvrtc.nvrtcCompileProgram(
            program, len(options), (ctypes.c_char_p * len(options))(*options))
        log = self.get(program, 'ProgramLog').decode().rstrip('\0')
        if failed:
            raise RuntimeError(log)
        return program, log

    def compile(self, path, target, options, folder):
        program, log = self.build(path, options + [
            '--gpu-architecture=' + target, '--ptxas-options=-v'])
        binary = os.path.join(folder, 'keops.cubin')
        with open(binary, 'wb') as file:
            file.write(self.get(program, 'CUBIN'))
        self.nvrtc.nvrtcDestroyProgram(ctypes.byref(program))
        text = run([self.disassembler, '-c', binary])

        def number(pattern):
            found = re.search(pattern, log)
            return int(found[1]) if found else 0
        return text, {
            'registers': number(r'Used (\d+) registers'),
            'spill': number(r'(\d+) bytes spill stores'),
            'scratch': number(r'(\d+) bytes stack frame'),
            'local': number(r'(\d+) bytes smem'), 'width': 16}

    def inexact(self, path):
        """Operations of a portable kernel that are not rounded as IEEE 754 has
        it, or lose small numbers; but where CUDA's own log begins with one."""
        program, _ = self.build(path, options_of(path) + [
            '--gpu-architecture=compute_80'])
        text = self.get(program, 'PTX').decode()
        self.nvrtc.nvrtcDestroyProgram(ctypes.byref(program))
        found = set(re.findall(r'\w+\S*\.(?:approx|ftz)\S*', text))
        return found - {'rcp.approx.ftz.f64'}

    @staticmethod
    def occupancy(target, facts, group):
        warps, blocks, shared = SIZES[target]
        of_group = -(-group // 32)
        registers = -(-facts['registers'] * 32 // 256) * 256
        blocks = min(blocks, warps // of_group,
                     65536 // (registers * of_group),
                     shared * 1024 // (facts['local'] + 1024))
        return 100 * blocks * of_group // warps


class Amd:
    vendor, package = 'amd', 'clang-19'

    def __init__(self, tools):
        library = library_of(tools)
        clang = os.path.join(library, '../llvm-19')
        self.clang = os.path.join(clang, 'bin/clang')
        self.libraries = os.path.join(library, 'amdgcn/bitcode')
        self.environment = dict(os.environ, LD_LIBRARY_PATH='%s:%s/lib'
                                % (library, clang))

    def compile(self, path, target, options, folder):
        text = run([self.clang, '-x', 'cl', '-O3',
                    '--target=amdgcn-amd-amdhsa', '-mcpu=' + target,
                    '--rocm-device-lib-path=' + self.libraries, '-S', path,
                    '-o', '-'] + options, self.environment)

        def number(name):
            return int(re.search(r'^; %s: (\d+)' % name, text, re.M)[1])
        spills = re.findall(r'gpr_spill_count: *(\d+)', text)
        return text.split('.section	.rodata')[0], {
            'registers': number('NumVgprs'),
            'spill': sum(map(int, spills)), 'scratch': number('ScratchSize'),
            'local': number('LDSByteSize'), 'width': 16}

    @staticmethod
    def occupancy(target, facts, group):
        """Vector units that no wave is for wait."""
        wave, registers, multiple, most, local = WAVES[target]
        of_group = -(-group // wave)
        own = -(-facts['registers'] // multiple) * multiple
        groups = min(local // facts['local'],
                     4 * min(most, registers // own) // of_group)
        facts['idle'] = max(0, 1 - groups * of_group / 4)
        return 100 * groups * of_group // (4 * most)


class Intel:
    vendor, package = 'intel', 'intel-opencl-icd'

    def __init__(self, tools):
        self.ocloc = os.path.join(tools, 'root/usr/bin/ocloc')
        self.libraries = library_of(tools)

    def compile(self, path, target, options, folder):
        environment = dict(
            os.environ, LD_LIBRARY_PATH=self.libraries,
            IGC_ShaderDumpEnable='1', IGC_DumpToCustomDir=folder)
        log = run([self.ocloc, 'compile', '-file', path, '-device', target,
                   '-options', ' '.join(options + [NARROW[target]]),
                   '-out_dir', folder],
                  environment)
        name = max((n for n in os.listdir(folder) if n.endswith('.asm')),
                   key=lambda n: os.path.getmtime(os.path.join(folder, n)))
        with open(os.path.join(folder, name)) as file:
            text = file.read()
        spilled = re.search(r'spilled around (\d+)', log)

        def number(pattern):
            found = re.search(pattern, text)
            return int(found[1]) if found else 0
        with open(path) as file:
            source = file.read()
        staged, tile, rows, columns, group = sizes_of(
            source, 'STAGED', 'TILE', 'ROWS', 'COLS', 'GROUP')
        numbers = staged * tile + sum(
            (rows * group if 'ROWS' in size else columns)
            * sizes_of(source, 'PITCH')[0]
            for size in re.findall(r'elem chunk\d+\[(.+) \* PITCH\]', source))
        bits = 64 if 'float64' in path else 32
        return text, {
            'registers': number(r'numGRF=(\d+)'),
            'spill': int(spilled[1]) if spilled else 0,
            'scratch': number(r'\.spill size (\d+)'),
            'local': numbers * bits // 8,
            'width': int(re.search(r'simd(\d+)', name)[1])}

    @staticmethod
    def occupancy(target, facts, group):
        return 100      # its registers are the thread's own


COMPILERS = [(Nvidia, NVIDIA), (Amd, AMD), (Intel, INTEL)]


def run(command, environment=None):
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise RuntimeError('%s: %s' % (command[0], done.stdout[:2000]))
    return done.stdout


# ----- a line of the table --------------------------------------------------

def options_of(path):
    with open(path) as file:
        return re.search(r'compiled with "(.*?)"', file.read())[1].split()


def sizes_of(source, *names):
    return [int(re.search(r'\b%s = (\d+)' % n, source)[1]) for n in names]


def measure(compiler, target, card, path):
    """The line for the kernel at PATH, as a dictionary."""
    with open(path) as file:
        source = file.read()
    rows, columns, group = sizes_of(source, 'ROWS', 'COLS', 'GROUP')
    options = options_of(path)
    name = os.path.basename(path).rsplit('.', 1)[0]
    dim = int(name.split('-')[1])
    with tempfile.TemporaryDirectory() as folder:
        text, facts = compiler.compile(path, target, options, folder)
    code, loops = read_code(compiler.vendor, text)
    chunked = 'CHUNK = ' in source
    sizes = [s for s in ('CHUNK', 'STEP') if s + ' = ' in source]
    count = (chunked_loop if chunked else pair_loop)(
        compiler.vendor, code, loops, dim, *([] if chunked else [columns]),
        *sizes_of(source, *sizes))
    if not count:
        raise RuntimeError('%s, %s: no loop over pairs' % (target, name))
    pairs = rows * columns * facts['width'] / 16
    if 'STRIP = ' in source:
        strip, values = sizes_of(source, 'STRIP', 'VALUES')
        pairs /= -(-values // strip)
    per = {k: count[k] / pairs for k in count}
    clocks = {}
    for unit, rate in zip(UNITS, card[3:]):
        need = per.get('bytes' if unit == 'local' else unit, 0)
        clocks[unit] = need / rate if rate else 0
    limit = max(clocks, key=lambda unit: clocks[unit])
    occupancy = compiler.occupancy(target, facts, group)
    speed = card[1] * card[2] / clocks[limit] * (1 - facts.get('idle', 0))
    facts.update(target=target, name=name, dim=dim, per=per, limit=limit,
                 chunked=chunked,
                 order=int(name.split('-')[2]),
                 occupancy=occupancy, speed=speed)
    return facts


# ----- what must hold -------------------------------------------------------

ALL = ('sm_90', 'gfx1100', 'dg2-g10')    # all kernels always
LONG = ('attention-64-0-float32', 'gauss-64-1-float32',
        'gauss100-3-0-float32')          # where waves have 64 work-items, too
FEW = ('gauss-3-0-float32', 'gauss1-3-0-float32', 'gauss-3-1-float32',
       'gauss-64-0-float32', 'logsumexp-3-0-float32', 'argmin-3-0-float32')

# The most instructions that NVIDIA's GPUs take for a pair.  KeOps 2.3's kernels
# take from the same compiler 12.5 for the first two.
MOST = {'gauss-3-0-float32': 9.4, 'gauss1-3-0-float32': 9.4,
        'cauchy-3-0-float32': 11.4, 'logsumexp-3-0-float32': 15.4,
        'gauss-64-0-float32': 2.4 * 64}
MOST_REGISTERS = {'gauss-3-0-float32': 48, 'gauss1-3-0-float32': 48}


# What is not kept yet: sm_75's takes 63 registers, which it has for as many
# groups as local memory has room for; 100 sums of 128 registers spill four;
# 128 sums of float64 spill as many, ahead of the loop.
KNOWN = {('sm_75', name, 'more than 48 registers') for name in MOST_REGISTERS}
KNOWN |= {('dg2-g10', 'gauss100-3-0-float32', 'spills or scratch'),
          ('sm_90', 'gauss-256-0-float64', 'spills or scratch')}


def faults(f, vendor):
    """What a line breaks of the promises."""
    spilled = f['spill'] + f['scratch']
    if vendor == 'amd' and WAVES[f['target']][0] == 64:
        spilled = 0     # running states, which loops do not meet
    if (f['dim'] <= 64 or f['chunked']) and f['order'] <= 1 and spilled:
        yield 'spills or scratch'
    if vendor == 'nvidia':
        if f['per']['issue'] > MOST.get(f['name'], 1e9):
            yield 'more than %g instructions' % MOST[f['name']]
        if (f['chunked'] and f['name'].endswith('32')
                and f['per']['issue'] > 2.5 * f['dim']):
            yield 'more than 2.5 instructions a coordinate'
        if f['registers'] > MOST_REGISTERS.get(f['name'], 255):
            yield 'more than %d registers' % MOST_REGISTERS[f['name']]
    for kind in ('convert', 'memory', 'wide', 'float64'):
        if (f['dim'] <= 64 and f['order'] <= 1 and f['per'].get(kind)
                and (f['name'].endswith('32') or kind == 'memory')):
            yield '%s in the loop' % kind


# ----- the table ------------------------------------------------------------

FORMAT = '%-8s %-22s %4d %5d %5d %6d %4d%% %8.2f %6.2f %6.2f %8.1f %s'
HEAD = ('%-8s %-22s %4s %5s %5s %6s %5s %8s %6s %6s %8s %s'
        % ('# target', 'kernel', 'regs', 'spill', 'scrat', 'local', 'occup',
           'instr', 'spec', 'loads', 'Gpair/s', 'limit'))
NOTE = """# targets.txt - what compilers for GPUs make of our kernels
# SPDX-License-Identifier: MIT
#
# Written by make check-targets-write.  A kernel is a family of targets.c, its
# dimension, how many times the gradient is taken, and the type.  regs: of a
# work-item (Intel: of a thread); spill: what is spilled; scrat, local: bytes of
# scratch for a work-item, of local memory for a group; occup: of the work-items
# that a multiprocessor can have; then for a pair in the inner loop machine
# instructions (of 16 work-items on Intel), special functions among them, and
# loads from local memory.  Gpair/s is a prediction for the card from that and
# published rates, with the unit that limits it.
#"""


def line_of(f):
    per = f['per']
    return FORMAT % (f['target'], f['name'], f['registers'], f['spill'],
                     f['scratch'], f['local'], f['occupancy'], per['issue'],
                     per.get('special', 0), per.get('local', 0), f['speed'],
                     f['limit'])


def folder_of(kind, target):
    return {'nvidia': 'cuda', 'intel': 'intel',
            'amd': 'amd%d' % WAVES.get(target, [0])[0]}[kind.vendor]


def submit(pool, tools, texts, everything):
    """(compiler, target, card, results) of each target."""
    with open(os.path.join(tools, 'versions')) as file:
        versions = dict(line.split() for line in file)
    for kind, cards in COMPILERS:
        if kind.package not in versions:
            print('# skipped: %s is not here' % kind.package)
            continue
        compiler = kind(tools)
        compiler.version = kind.package + ' ' + versions[kind.package]
        for target, card in cards.items():
            folder = os.path.join(texts, folder_of(kind, target))
            paths = [p for p in sorted(os.listdir(folder))
                     if (everything or target in ALL or p[:-3] in FEW
                         or (folder.endswith('64') and p[:-3] in LONG))
                     and (card[5] or 'float64' not in p)]
            yield compiler, target, card, [
                pool.submit(measure, compiler, target, card,
                            os.path.join(folder, p)) for p in paths]


def read_table():
    """Its lines by target and kernel, and the versions by target."""
    lines, versions = {}, {}
    with open(TABLE) as file:
        for line in file.read().splitlines():
            m = re.match(r'# (\S+): [^;]*; (.*)', line)
            if m:
                versions[m[1]] = m[2]
            elif not line.startswith('#'):
                lines[tuple(line.split()[:2])] = line
    return lines, versions


def compare(lines, versions, kept, compiler, target):
    """How many of LINES are not the KEPT ones."""
    if versions.get(target) != compiler.version:
        print('# %s: the table is of %s, here is %s: not compared'
              % (target, versions.get(target), compiler.version))
        return 0
    wrong = 0
    for line in lines:
        old = kept.get(tuple(line.split()[:2]), line)
        if old != line:
            print('-%s\n+%s' % (old, line))
            wrong += 1
    return wrong


def check_portable(compiler, folder):
    wrong = 0
    for name in sorted(os.listdir(folder)):
        found = compiler.inexact(os.path.join(folder, name))
        if found:
            print('FAILED: portable %s: %s' % (name, ' '.join(found)))
            wrong += 1
    print('# %d portable kernels' % len(os.listdir(folder)))
    return wrong


def main(arguments):
    write = '--write' in arguments
    everything = '--all' in arguments
    tools, texts = [a for a in arguments if a[0] != '-']
    kept, versions = ({}, {}) if write else read_table()
    table, count, wrong = [NOTE], 0, 0
    pool = concurrent.futures.ThreadPoolExecutor(os.cpu_count())
    for compiler, target, card, results in list(
            submit(pool, tools, texts, everything)):
        facts = [r.result() for r in results]
        lines = [line_of(f) for f in facts]
        head = '# %s: %s; %s' % (target, card[0], compiler.version)
        table += [head, HEAD] + lines
        print(head, *lines, sep='\n', flush=True)
        for f in facts:
            for fault in faults(f, compiler.vendor):
                known = (target, f['name'], fault) in KNOWN
                print('%s: %s, %s: %s' % ('known' if known else 'FAILED',
                                          target, f['name'], fault))
                wrong += not known
        if not write:
            wrong += compare(lines, versions, kept, compiler, target)
        count += len(lines)
        if compiler.vendor == 'nvidia' and target == 'sm_90':
            wrong += check_portable(compiler, os.path.join(texts, 'portable'))
    if write:
        with open(TABLE, 'w') as file:
            file.write('\n'.join(table) + '\n')
    print('%d kernels, %d wrong' % (count, wrong))
    return wrong > 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
