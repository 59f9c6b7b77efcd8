// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reports the files that this Node.js program loads, as it loads them: CommonJS modules, ES modules and JSON, in every thread.
//
// `hephaestus run --node` names it in NODE_OPTIONS, and a file in HEPHAESTUS_MODULES. Nothing but Node.js, 18.19 or later. The lines are those of
// resources/python/hephaestus_manifest.py: `began`, `loaded`, and `settled` for a CommonJS module that was loaded again.
//
// The stamp is taken before the file is read, so that a file which changes while it is loaded shows as changed. One that was written within the
// last tick of the clock of file times is waited for: another write in the same tick would not show.
//
// Node.js names a file without symbolic links. It is reported by the links that led to it instead (`current` of releases, the packages of pnpm):
// what they lead to later is what would be loaded, whatever becomes of the file that they led to.
//
// A package.json says what a package's main file is, what it exports, and of what kind its modules are. Node.js reads each once, before the first
// module that it concerns. So it is reported then, and in doubt (`cached`) if it changed since the program began.
//
// Whatever goes wrong in here, the program goes on as if it were not here.
'use strict'

const { isMainThread } = require('worker_threads')
const fs = require('fs')
const { openSync, writeSync, fstatSync, statSync, readFileSync, constants } = fs
const { realpathSync } = fs
const Module = require('module')
const { basename, dirname, extname, join, resolve, sep } = require('path')
const { fileURLToPath, pathToFileURL } = require('url')

const TICK = 12 // milliseconds
const BEGAN = BigInt(Math.floor(performance.timeOrigin)) * 1000000n // nanoseconds since the epoch

/** Field 22 of /proc/self/stat, and fields 26 and 28, which name the program that runs. */
function identity() {
  const line = readFileSync('/proc/self/stat', 'latin1')
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  return { ticket: fields[19], image: fields[23] + '.' + fields[25] }
}

function encoded(path) {
  return Array.from(Buffer.from(path), (byte) =>
    byte > 0x20 && byte < 0x7f && byte !== 0x25 ? String.fromCharCode(byte) : '%' + (byte < 16 ? '0' : '') + byte.toString(16).toUpperCase()
  ).join('')
}

/** Folders, or files, that were found by a symbolic link. */
class Links {
  constructor(main) {
    this.links = new Map() // the link by where it led
    if (main) this.note(resolve(main), undefined)
  }

  /** `name` as it was written, perhaps without its ending, led to the file `real` (undefined: find out). */
  note(name, real) {
    if (real && (real === name || real.startsWith(name + '.') || real.startsWith(name + sep))) return
    for (const path of real ? [name, name + extname(real), join(name, basename(real))] : [name, name + '.js', join(name, 'index.js')]) {
      let led
      try {
        led = realpathSync(path)
      } catch {
        continue
      }
      if (real && led !== real) continue
      this.add(path, led)
      return
    }
  }

  add(link, real) {
    while (basename(link) === basename(real) && dirname(link) !== link && dirname(real) !== real) {
      link = dirname(link)
      real = dirname(real)
    }
    if (link !== real && dirname(real) !== real) this.links.set(real, link)
  }

  /** What a module at `parent` calls `request`. */
  noteRequest(request, parent, real, folders) {
    if (request.startsWith('.') || request.startsWith(sep)) {
      this.note(resolve(dirname(parent), request), real)
    } else if (folders && !folders.some((folder) => real.startsWith(folder + sep))) {
      const name = request.split('/', request.startsWith('@') ? 2 : 1).join(sep) // of the package
      for (const folder of folders) {
        try {
          const led = realpathSync(join(folder, name))
          if (real.startsWith(led + sep)) return this.add(join(folder, name), led)
        } catch {}
      }
    }
  }

  /** The names of this file by which it would be loaded again. */
  names(path) {
    const names = []
    for (const [real, link] of this.links) {
      if (path === real || path.startsWith(real + sep)) names.push(link + path.slice(real.length))
    }
    return names.length > 0 ? names : [path]
  }
}

class Reporter {
  constructor(target, main) {
    this.target = target
    this.known = new Map() // the stamp by path
    this.links = new Links(main)
    this.packages = new Set() // package.json that were looked for
    this.open()
    this.process = process.pid + ' ' + identity().ticket
  }

  open() {
    this.descriptor = openSync(this.target, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600)
    const { dev, ino } = fstatSync(this.descriptor, { bigint: true })
    this.file = dev + ' ' + ino
  }

  write(line) {
    let isOurs = false
    try {
      const { dev, ino } = fstatSync(this.descriptor, { bigint: true })
      isOurs = dev + ' ' + ino === this.file
    } catch {}
    if (!isOurs) this.open() // the program closed all its descriptors, and this one may be something else now
    writeSync(this.descriptor, line + '\n')
  }

  /** Milliseconds until a write would show in the times of `status`; 0: now. */
  wait(status) {
    const age = Date.now() - Number(status.ctimeNs / 1000000n)
    return age >= 0 && age < TICK ? TICK - age : 0
  }

  /** The file is about to be loaded, as `status` has it. True if another state of it was loaded before. */
  loaded(path, { dev, ino, size, mtimeNs, ctimeNs }, word = 'loaded') {
    const stamp = [dev, ino, size, mtimeNs, ctimeNs].join(' ')
    const before = this.known.get(path)
    if (before === stamp) return false
    this.known.set(path, stamp)
    for (const name of this.links.names(path))
      this.write(word + ' ' + this.process + ' ' + Date.now() + '000000 ' + stamp + ' ' + encoded(name))
    if (word === 'loaded' && basename(path) !== 'package.json') this.scope(path)
    return before !== undefined
  }

  /** The package.json of this folder, if there is one, was read. True if there is. */
  package(folder) {
    const path = join(folder, 'package.json')
    if (this.packages.has(path)) return this.known.has(path)
    this.packages.add(path)
    let status
    try {
      status = statusOf(path)
    } catch {
      return false
    }
    if (status.isFile()) this.loaded(path, status, status.ctimeNs < BEGAN ? 'loaded' : 'cached')
    return status.isFile()
  }

  /** Those that Node.js reads for a module: `request` is what its parent calls it, in one of `folders`, and `path` is what that was found to be. */
  packagesOf(request, parent, path, folders) {
    if (request.startsWith('.') || request.startsWith(sep)) {
      const named = resolve(dirname(parent), request)
      if (path.startsWith(named + sep)) this.package(named)
    } else if (request.startsWith('#')) {
      this.scope(parent)
    } else {
      const name = request.split('/', request.startsWith('@') ? 2 : 1).join(sep)
      for (const folder of folders || []) if (this.package(join(folder, name))) break
    }
  }

  /** The package that this file belongs to. */
  scope(path) {
    for (let folder = dirname(path); basename(folder) !== 'node_modules'; folder = dirname(folder))
      if (this.package(folder) || folder === dirname(folder)) break
  }

  settled(path) {
    for (const name of this.links.names(path)) this.write('settled ' + this.process + ' ' + encoded(name))
  }
}

function statusOf(path) {
  return statSync(path, { bigint: true })
}

/** Whatever is loaded by require(), and the program's script if that is no ES module. */
function wrapRequire(reporter) {
  const { load } = Module.prototype
  const resolveFilename = Module._resolveFilename
  Module._resolveFilename = function (request, parent) {
    const filename = resolveFilename.apply(this, arguments)
    try {
      if (parent && parent.filename && filename.startsWith(sep)) {
        reporter.links.noteRequest(request, parent.filename, filename, parent.paths)
        reporter.packagesOf(request, parent.filename, filename, parent.paths)
      }
    } catch {}
    return filename
  }
  const sleeper = new Int32Array(new SharedArrayBuffer(4))
  Module.prototype.load = function (filename) {
    let again = false
    try {
      let status = statusOf(filename)
      const left = reporter.wait(status)
      if (left > 0) {
        Atomics.wait(sleeper, 0, 0, left)
        status = statusOf(filename)
      }
      again = reporter.loaded(filename, status)
    } catch {}
    const result = load.apply(this, arguments)
    if (again) {
      try {
        reporter.settled(filename)
      } catch {}
    }
    return result
  }
}

function fileOf(url, format) {
  return url.startsWith('file:') && format !== 'commonjs' && format !== 'builtin' ? fileURLToPath(url) : undefined
}

/** What an ES module at `parentURL` calls `specifier`. */
function noteImport(reporter, specifier, parentURL, url) {
  if (!parentURL || !parentURL.startsWith('file:') || !url.startsWith('file:')) return
  const parent = fileURLToPath(parentURL)
  const request = specifier.startsWith('file:') ? fileURLToPath(specifier) : specifier.replace(/[?#].*$/, '')
  const folders = Module._nodeModulePaths(dirname(parent))
  reporter.links.noteRequest(request, parent, fileURLToPath(url), folders)
  reporter.packagesOf(request, parent, fileURLToPath(url), folders)
}

/** ES modules, where hooks run in the thread that imports (Node.js 22.15, 23.5). */
function hookImports(reporter) {
  Module.registerHooks({
    resolve(specifier, context, nextResolve) {
      const result = nextResolve(specifier, context)
      try {
        noteImport(reporter, specifier, context.parentURL, result.url)
      } catch {}
      return result
    },
    load(url, context, nextLoad) {
      try {
        const path = fileOf(url, context.format)
        if (path) reporter.loaded(path, statusOf(path))
      } catch {}
      return nextLoad(url, context)
    },
  })
}

let hooks // of the thread that runs them

/** In the thread of module.register(), once for each of the program's threads. */
exports.initialize = ({ target, main }) => {
  hooks = hooks || new Reporter(target, main)
}

exports.resolve = async (specifier, context, nextResolve) => {
  const result = await nextResolve(specifier, context)
  try {
    if (hooks) noteImport(hooks, specifier, context.parentURL, result.url)
  } catch {}
  return result
}

exports.load = async (url, context, nextLoad) => {
  try {
    const path = fileOf(url, context.format)
    if (path && hooks) {
      let status = statusOf(path)
      const left = hooks.wait(status)
      if (left > 0) {
        await new Promise((resolve) => setTimeout(resolve, left))
        status = statusOf(path)
      }
      hooks.loaded(path, status)
    }
  } catch {}
  return nextLoad(url, context)
}

exports.install = () => {
  const target = process.env.HEPHAESTUS_MODULES
  if (!target) return
  const main = process.argv[1]
  const reporter = new Reporter(target, main)
  if (isMainThread) reporter.write('began ' + reporter.process + ' ' + identity().image)
  if (main) reporter.package(resolve(main)) // a folder: the program is its main file
  wrapRequire(reporter)
  if (Module.registerHooks) hookImports(reporter)
  else if (Module.register) Module.register(pathToFileURL(__filename), { data: { target, main } })
}
