/** Kinds of code that no honest bug needs; patterns are global, on code whose dots and brackets touch their names. */
export const SUSPICIOUS_CODE: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  {
    what: 'executes text',
    pattern:
      /(?<![\w.])(exec|eval|compile|__import__|execfile|Function)\(|\b(import_module|runpy|run_path|run_module)\b/g,
  },
  { what: 'reaches builtins by a detour', pattern: /\b__builtins__|\bbuiltins\b|(?<![\w.])(globals|locals|vars)\(\)/g },
  {
    what: 'decodes what is hidden',
    pattern:
      /\b(base64|b64decode|a85decode|b85decode|b32decode|zlib|bz2|lzma|binascii|unhexlify|fromhex|marshal|pickle|codecs|rot13|atob|fromCharCode)\b/g,
  },
  {
    what: 'looks names up by a computed text',
    pattern: /(?<![\w.])(getattr|setattr|delattr)\([^"'()]{1,80},[^,()]*(\+|%|\[\s*:\s*:|\.join\(|chr\(|\.format\()/g,
  },
  { what: 'builds text from character codes', pattern: /(?<![\w.])(chr\(|bytes\(\[|bytearray\(\[)/g },
  {
    what: 'reads its own source or code',
    pattern:
      /\b(__file__|__code__|co_code|co_consts|getsource\w*|getsourcelines|linecache|__loader__|__spec__|__cached__|tokenize|dis)\b|\bast\.(parse|dump|unparse)\b/g,
  },
  { what: 'hashes', pattern: /\bhashlib\b|\b(md5|sha1|sha224|sha256|sha384|sha512|blake2[bs]|crc32|adler32)\b/g },
  {
    what: 'hangs on chance',
    pattern:
      /(?<![\w.])(random|secrets|uuid|numpy\.random|np\.random)\b|\b(urandom|getrandbits|randint|randrange|Math\.random|uuid[14])\b|(?<![\w.])(hash|id)\(/g,
  },
  {
    what: 'hangs on the clock',
    pattern:
      /\btime\.(time|time_ns|monotonic|monotonic_ns|perf_counter|perf_counter_ns|process_time|sleep|localtime|gmtime)\b|\b(datetime|date)\.(now|utcnow|today)\(|\bDate\.now\(|(?<![\w.])import time\b/g,
  },
  {
    what: 'hangs on its process or surroundings',
    pattern:
      /\b(getpid|getppid|environ|getenv|gethostname|getuser|uname)\b|(?<![\w.])(platform|socket|resource|signal|ctypes|gc)\b\.|\bgetrefcount\b/g,
  },
  {
    what: 'runs in parallel',
    pattern:
      /(?<![\w.])(threading|multiprocessing|concurrent|subprocess|asyncio\.create_task|_thread)\b|\bos\.(fork|system|popen|kill|_exit)\b/g,
  },
  {
    what: 'asks who runs it',
    pattern:
      /\b(_getframe|currentframe|settrace|setprofile|PYTEST_CURRENT_TEST|sys\.modules|sys\.argv|inspect\.stack|extract_stack|__traceback__|f_back|f_locals)\b/g,
  },
];
