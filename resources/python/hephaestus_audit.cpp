// SPDX-License-Identifier: GPL-3.0-or-later
//
// What hephaestus_manifest.py does for each import, and at the start, in machine code: an audit hook of Python's costs
// more than all that it notes, and that file takes longer to load than all else at the start. It is loaded for what is
// rare: what is compiled, loaded again, or executed by other means than an import. Python's stable ABI: one file serves
// CPython 3.10 and later. Where it cannot be loaded, hephaestus_manifest does all of it by itself.
//
// All of it runs under the interpreter lock. Nothing here fails an import: errors are dropped.
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030A0000
#include <Python.h>

#include "hephaestus_report.h"

#include <array>
#include <cstring>

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

// In every Python that this is for, and in its limited headers later or never
extern "C" int PySys_AddAuditHook(int (*hook)(const char *, PyObject *, void *), void *data);
extern "C" __attribute__((weak)) void PyThreadState_EnterTracing(PyThreadState *thread);
extern "C" __attribute__((weak)) void PyThreadState_LeaveTracing(PyThreadState *thread);

namespace {

using namespace HephaestusAudit;

constexpr Py_ssize_t Remembered = 8; // files opened last, whose text may be executed
constexpr Py_ssize_t Names = 65'536; // of what was compiled: so many are kept

/// Owned for as long as the process lives; all null until begin() was called.
struct Follower
{
    PyInterpreterState *interpreter = nullptr; ///< the one whose imports are noted
    PyObject *states = nullptr;                ///< dict: source -> stamp (bytes), once it was looked at
    PyObject *texts = nullptr;                 ///< dict: sources that were compiled
    PyObject *known = nullptr;                 ///< dict: files that were noted or reported
    PyObject *opened = nullptr;                ///< list of paths
    PyObject *compiled = nullptr;              ///< set of file names of code that was compiled
    PyObject *seen = nullptr;                  ///< the same of code that was executed without importlib
    PyObject *reloaded = nullptr;              ///< set of paths that another state of was loaded before
    PyObject *began = nullptr;                 ///< begin() was called, in nanoseconds of file times
    PyObject *attach = nullptr;                ///< loads hephaestus_manifest: its functions for what is rare
    PyObject *execute = nullptr;               ///< (code, stamp or None, byte code or None)
    PyObject *compile = nullptr;               ///< (source, name)
    PyObject *sourceToCode = nullptr;          ///< as importlib's, with the loader first
    PyObject *load = nullptr;                  ///< (path)
    PyObject *settle = nullptr;                ///< (path)
    PyObject *pathStats = nullptr;             ///< importlib's own functions
    PyObject *execModule = nullptr;
    PyObject *compileSource = nullptr;
    PyObject *getData = nullptr; ///< of what has no source
    PyObject *openArchive = nullptr;
    PyObject *fileName = nullptr; ///< the string "co_filename"
    PyObject *mtime = nullptr;    ///< "mtime"
    PyObject *size = nullptr;     ///< "size"
};

Follower s_follower;

/// The byte code that this thread opened last and has not executed; owned.
thread_local PyObject *t_byteCode = nullptr;
/// This thread runs a function of ours: what it opens, compiles and executes is not the program's.
thread_local bool t_isOurs = false;

std::string_view textOf(PyObject *text)
{
    Py_ssize_t size = 0;
    const char *bytes = PyUnicode_AsUTF8AndSize(text, &size);
    if (!bytes) {
        PyErr_Clear(); // a name that is no text
        return {};
    }
    return {bytes, std::size_t(size)};
}

/// A path as the system has it, while this lives. Null: nothing can have this name.
class FileName
{
public:
    explicit FileName(PyObject *path)
    {
        m_view = textOf(path);
        if (!m_view.data() || Py_ssize_t(m_view.size()) != PyUnicode_GetLength(path)) { // not ASCII
            m_encoded = PyUnicode_EncodeFSDefault(path);
            const char *const name = m_encoded ? PyBytes_AsString(m_encoded) : nullptr;
            m_view = name ? std::string_view(name, std::size_t(PyBytes_Size(m_encoded))) : std::string_view();
            PyErr_Clear();
        }
        if (m_view.find('\0') != std::string_view::npos)
            m_view = {};
    }
    ~FileName() { Py_XDECREF(m_encoded); }
    FileName(const FileName &) = delete;
    FileName &operator=(const FileName &) = delete;

    std::string_view view() const { return m_view; }
    /// False with errno. Other threads go on meanwhile.
    bool stat(struct stat &status) const
    {
        if (!m_view.data())
            return false;
        PyThreadState *thread = PyEval_SaveThread();
        const bool isThere = ::stat(m_view.data(), &status) == 0;
        PyEval_RestoreThread(thread);
        return isThere;
    }

private:
    std::string_view m_view;
    PyObject *m_encoded = nullptr;
};

void rememberByteCode(PyObject *path)
{
    Py_XINCREF(path);
    PyObject *before = t_byteCode;
    t_byteCode = path;
    Py_XDECREF(before);
}

/// While it lives, this thread runs what is ours: a debugger of the program does not see it either.
class Ours
{
public:
    Ours() : m_was(t_isOurs), m_thread(PyThreadState_EnterTracing ? PyThreadState_Get() : nullptr)
    {
        t_isOurs = true;
        if (m_thread)
            PyThreadState_EnterTracing(m_thread);
    }
    ~Ours()
    {
        if (m_thread)
            PyThreadState_LeaveTracing(m_thread);
        t_isOurs = m_was;
    }
    Ours(const Ours &) = delete;
    Ours &operator=(const Ours &) = delete;

private:
    const bool m_was;
    PyThreadState *const m_thread;
};

/// Loads hephaestus_manifest. Where it cannot be had, the verdict is not known: something is executed that it would
/// tell of.
bool attach()
{
    Follower &f = s_follower;
    if (f.execute)
        return true;
    const Ours ours;
    PyObject *all = PyObject_CallFunctionObjArgs(f.attach, f.states, f.texts, f.known, f.opened, f.compiled, f.seen,
                                                 f.reloaded, f.began, f.compileSource, nullptr);
    // Another thread may have done it meanwhile. The tuple is kept, and what is in it.
    if (all && !f.execute
        && PyArg_ParseTuple(all, "OOOOO", &f.execute, &f.compile, &f.sourceToCode, &f.load, &f.settle))
        return true;
    Py_XDECREF(all);
    PyErr_Clear();
    if (!f.execute)
        s_report.unexplained("hephaestus_manifest");
    return f.execute != nullptr;
}

/// One of its functions; errors are dropped.
void call(PyObject *Follower::*function, PyObject *first, PyObject *second = nullptr, PyObject *third = nullptr)
{
    if (!attach())
        return;
    const Ours ours;
    PyObject *result = PyObject_CallFunctionObjArgs(s_follower.*function, first, second, third, nullptr);
    if (!result)
        PyErr_Clear();
    Py_XDECREF(result);
}

std::string_view nameOf(std::string_view path)
{
    path.remove_prefix(path.rfind('/') + 1);
    return path;
}

/// Whether this byte code may be that of this source: `some.cpython-311.pyc` of `some.py`.
bool isByteCodeOf(PyObject *byteCode, PyObject *source)
{
    std::string_view name = nameOf(textOf(source));
    if (!byteCode || name.size() < 4 || !name.ends_with(".py"))
        return false;
    name.remove_suffix(2); // its dot is part of both
    return nameOf(textOf(byteCode)).starts_with(name);
}

bool isIn(PyObject *dictionary, PyObject *key)
{
    const int is = PyDict_Size(dictionary) > 0 ? PyDict_Contains(dictionary, key) : 0;
    if (is < 0)
        PyErr_Clear();
    return is != 0;
}

bool isInSet(PyObject *set, PyObject *key)
{
    const int is = PySet_Size(set) > 0 ? PySet_Contains(set, key) : 0;
    if (is < 0)
        PyErr_Clear();
    return is != 0;
}

void addTo(PyObject *set, PyObject *key)
{
    if (PySet_Add(set, key) != 0)
        PyErr_Clear();
}

/// New; null if it cannot be told.
PyObject *absolute(PyObject *path)
{
    std::string_view name = textOf(path);
    if (name.starts_with('/')) {
        Py_INCREF(path);
        return path;
    }
    while (name.starts_with("./"))
        name.remove_prefix(2);
    std::array<char, 4096> directory{};
    PyObject *const folder =
        ::getcwd(directory.data(), directory.size()) ? PyUnicode_DecodeFSDefault(directory.data()) : nullptr;
    PyObject *const whole = folder ? PyUnicode_FromFormat("%U/%s", folder, name.data() ? name.data() : "") : nullptr;
    Py_XDECREF(folder);
    PyErr_Clear();
    return whole;
}

bool isKnown(PyObject *name)
{
    if (isIn(s_follower.known, name))
        return true;
    PyObject *const path = textOf(name).starts_with('/') ? nullptr : absolute(name);
    const bool is = path && isIn(s_follower.known, path);
    Py_XDECREF(path);
    return is;
}

/// A module that comes from byte code, for the first time. False: it is to be told by itself.
bool noteModule(PyObject *name, PyObject *stamp)
{
    Follower &f = s_follower;
    if (!PyBytes_CheckExact(stamp) || isIn(f.texts, name) || isIn(f.known, name) || !isByteCodeOf(t_byteCode, name))
        return false;
    if (PyDict_SetItem(f.known, name, Py_True) != 0) {
        PyErr_Clear();
        return false;
    }
    const FileName path(name);
    const FileName byteCode(t_byteCode);
    s_report.imported(path.view(), reinterpret_cast<const unsigned char *>(PyBytes_AsString(stamp)), byteCode.view());
    return true;
}

/// Code that was not imported, and need not be told of any more.
bool isExplained(PyObject *name)
{
    Follower &f = s_follower;
    if (isInSet(f.seen, name))
        return true;
    const std::string_view text = textOf(name);
    const bool is = text.starts_with('<') ? text.starts_with("<frozen ") || isInSet(f.compiled, name) : isKnown(name);
    if (is)
        addTo(f.seen, name);
    return is;
}

void executed(PyObject *code)
{
    Follower &f = s_follower;
    PyObject *name = PyObject_GetAttr(code, f.fileName);
    if (!name || !PyUnicode_CheckExact(name)) {
        PyErr_Clear(); // no code object
        Py_XDECREF(name);
        return;
    }
    PyObject *stamp = PyDict_GetItemWithError(f.states, name);
    Py_XINCREF(stamp);
    if (stamp && PyDict_DelItem(f.states, name) != 0)
        PyErr_Clear();
    const bool isTold = stamp ? !noteModule(name, stamp) : !isExplained(name);
    PyErr_Clear();
    if (isTold) {
        PyObject *byteCode = t_byteCode ? t_byteCode : Py_None;
        Py_INCREF(byteCode); // another may be opened meanwhile
        call(&Follower::execute, code, stamp ? stamp : Py_None, byteCode);
        Py_DECREF(byteCode);
    }
    rememberByteCode(nullptr); // it was for this, or is of no use any more
    Py_XDECREF(stamp);
    Py_DECREF(name);
}

/// `mode`: None of a descriptor that is opened with `flags`.
void opened(PyObject *path, PyObject *mode, PyObject *flags)
{
    if (!PyUnicode_CheckExact(path))
        return;
    if (textOf(path).ends_with(".pyc"))
        return rememberByteCode(path);
    const bool isRead = PyUnicode_CheckExact(mode)
        ? textOf(mode).starts_with('r')
        : mode == Py_None && flags && PyLong_Check(flags) && (PyLong_AsLong(flags) & O_ACCMODE) == O_RDONLY;
    PyObject *paths = s_follower.opened;
    if (isRead && PyList_Append(paths, path) == 0 && PyList_Size(paths) > Remembered)
        PyList_SetSlice(paths, 0, PyList_Size(paths) - Remembered, nullptr);
    PyErr_Clear();
}

/// Whether a file that was opened may have this text, by its size: of two characters at the end of a line one may be
/// left, of three at the begin none, and of the bytes of a letter one.
bool mayBeOfAFile(std::string_view text)
{
    off_t lines = 0;
    off_t letters = 0;
    for (const char byte : text) {
        lines += byte == '\n';
        letters += (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
    }
    PyObject *const paths = s_follower.opened;
    for (Py_ssize_t i = PyList_Size(paths) - 1; i >= 0; --i) {
        struct stat status = {};
        PyObject *const path = PyList_GetItem(paths, i);
        if (!path) { // others have taken some away meanwhile
            PyErr_Clear();
            continue;
        }
        Py_INCREF(path);
        const bool isThere = FileName(path).stat(status);
        Py_DECREF(path);
        for (const off_t length : {off_t(text.size()), letters}) {
            for (const off_t more : {off_t(0), lines, off_t(3), lines + 3}) {
                if (isThere && status.st_size == length + more)
                    return true;
            }
        }
    }
    return false;
}

void compiled(PyObject *source, PyObject *name)
{
    Follower &f = s_follower;
    if (!PyUnicode_CheckExact(name)) {
        if (PyBytes_CheckExact(name))
            call(&Follower::compile, source, name);
        return;
    }
    if (isIn(f.texts, name))
        return; // by importlib
    if (PySet_Size(f.compiled) < Names)
        addTo(f.compiled, name);
    const bool isText = PyUnicode_CheckExact(source);
    if (!isText && !PyBytes_CheckExact(source))
        return;
    if (isIn(f.states, name) && PyDict_DelItem(f.states, name) != 0)
        PyErr_Clear(); // it was looked at, and is not imported
    const std::string_view text =
        isText ? textOf(source) : std::string_view(PyBytes_AsString(source), std::size_t(PyBytes_Size(source)));
    if (textOf(name).starts_with('<') ? mayBeOfAFile(text) : !isKnown(name))
        call(&Follower::compile, source, name);
}

/// Called for each event of each interpreter. Never fails one.
int audit(const char *event, PyObject *arguments, void *)
{
    const bool isExecuted = std::strcmp(event, "exec") == 0;
    const bool isOpened = !isExecuted && std::strcmp(event, "open") == 0;
    if ((!isExecuted && !isOpened && std::strcmp(event, "compile") != 0) || !arguments || t_isOurs
        || PyInterpreterState_Get() != s_follower.interpreter)
        return 0;
    PyObject *first = PyTuple_GetItem(arguments, 0);
    PyObject *second = isExecuted ? nullptr : PyTuple_GetItem(arguments, 1);
    if (!first || (!isExecuted && !second))
        PyErr_Clear();
    else if (isExecuted)
        executed(first);
    else if (isOpened)
        opened(first, second, PyTuple_Size(arguments) > 2 ? PyTuple_GetItem(arguments, 2) : nullptr);
    else
        compiled(first, second);
    return 0;
}

bool noteState(PyObject *path, const struct stat &status)
{
    const Stamp state = Stamp::of(status);
    PyObject *stamp = PyBytes_FromStringAndSize(reinterpret_cast<const char *>(state.bytes), Stamp::Size);
    const bool isNoted = stamp && PyDict_SetItem(s_follower.states, path, stamp) == 0;
    Py_XDECREF(stamp);
    return isNoted;
}

/// Two new references, which are dropped; null if it cannot be made.
PyObject *statsOf(PyObject *modified, PyObject *size)
{
    PyObject *stats = modified && size ? PyDict_New() : nullptr;
    if (stats
        && (PyDict_SetItem(stats, s_follower.mtime, modified) != 0
            || PyDict_SetItem(stats, s_follower.size, size) != 0)) {
        Py_DECREF(stats);
        stats = nullptr;
    }
    Py_XDECREF(modified);
    Py_XDECREF(size);
    return stats;
}

/// What a method of ours was called with.
struct Call
{
    PyObject *self;
    PyObject *const *arguments;
    Py_ssize_t count;
    PyObject *names; ///< of the last ones, or null

    /// Its only argument, if it is a text; else null.
    PyObject *text() const
    {
        return count == 1 && !names && PyUnicode_CheckExact(arguments[0]) ? arguments[0] : nullptr;
    }
    /// `function` with all of that.
    PyObject *forward(PyObject *function) const;
};

PyObject *Call::forward(PyObject *function) const
{
    PyObject *all = PyTuple_New(count + 1);
    PyObject *named = names ? PyDict_New() : nullptr;
    bool isReady = all && (!names || named);
    for (Py_ssize_t i = 0; isReady && i <= count; ++i) {
        PyObject *each = i == 0 ? self : arguments[i - 1];
        Py_INCREF(each);
        isReady = PyTuple_SetItem(all, i, each) == 0;
    }
    for (Py_ssize_t i = 0; isReady && names && i < PyTuple_Size(names); ++i)
        isReady = PyDict_SetItem(named, PyTuple_GetItem(names, i), arguments[count + i]) == 0;
    PyObject *result = isReady ? PyObject_Call(function, all, named) : nullptr;
    Py_XDECREF(all);
    Py_XDECREF(named);
    return result;
}

/// SourceFileLoader.path_stats(path), which also notes the stamp that it saw. What is out of the ordinary goes to
/// importlib's own function, errors too.
PyObject *pathStats(const Call &call)
{
    struct stat status = {};
    PyObject *const path = call.text();
    if (!path || t_isOurs || !FileName(path).stat(status))
        return call.forward(s_follower.pathStats);
    if (!noteState(path, status))
        return nullptr;
    return statsOf(PyFloat_FromDouble(double(status.st_mtim.tv_sec) + 1e-9 * double(status.st_mtim.tv_nsec)),
                   PyLong_FromLongLong(status.st_size));
}

/// SourceFileLoader.exec_module(module), after which what was loaded from its path before counts no more.
PyObject *execModule(const Call &given)
{
    PyObject *const result = given.forward(s_follower.execModule);
    if (!result || PySet_Size(s_follower.reloaded) == 0)
        return result;
    PyObject *const path = PyObject_GetAttrString(given.self, "path");
    if (path && isInSet(s_follower.reloaded, path))
        call(&Follower::settle, path);
    Py_XDECREF(path);
    PyErr_Clear();
    return result;
}

/// SourceFileLoader.source_to_code(data, path): its own function with what hephaestus_manifest notes.
PyObject *sourceToCode(const Call &call)
{
    return call.forward(!t_isOurs && attach() ? s_follower.sourceToCode : s_follower.compileSource);
}

/// SourcelessFileLoader.get_data(path): byte code without source counts itself. Data files of packages do not.
PyObject *getData(const Call &given)
{
    PyObject *const path = given.text();
    if (path && !t_isOurs && textOf(path).ends_with(".pyc"))
        call(&Follower::load, path);
    return given.forward(s_follower.getData);
}

/// The file that a path leads to or through: `archive.zip` of `archive.zip/package`. New; null: there is none.
PyObject *archiveOf(PyObject *path)
{
    const FileName name(path);
    for (std::string_view left = name.view(); !left.empty();) {
        PyObject *const each = PyUnicode_DecodeFSDefaultAndSize(left.data(), Py_ssize_t(left.size()));
        struct stat status = {};
        if (each && FileName(each).stat(status)) {
            if (S_ISREG(status.st_mode))
                return each;
            left = {};
        }
        Py_XDECREF(each);
        PyErr_Clear();
        const std::size_t slash = left.rfind('/');
        left = left.substr(0, slash == std::string_view::npos ? 0 : slash);
    }
    return nullptr;
}

/// zipimporter(path): an archive counts as a whole.
PyObject *openArchive(const Call &given)
{
    PyObject *const path = given.text();
    PyObject *const archive = path && !t_isOurs ? archiveOf(path) : nullptr;
    if (archive)
        call(&Follower::load, archive);
    Py_XDECREF(archive);
    return given.forward(s_follower.openArchive);
}

/// In an interpreter that is not the one which is followed, there are none of ours.
template <PyObject *(*function)(const Call &)>
PyObject *method(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names)
{
    return function({self, arguments, count, names});
}

template <PyObject *(*function)(const Call &)>
constexpr PyMethodDef definition(const char *name, const char *text)
{
    return {name, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(method<function>)),
            METH_FASTCALL | METH_KEYWORDS, text};
}

PyMethodDef s_pathStats = definition<pathStats>("path_stats", "Return the metadata for the path.");
PyMethodDef s_execModule = definition<execModule>("exec_module", "Execute the module.");
PyMethodDef s_sourceToCode = definition<sourceToCode>("source_to_code", "Return the code object compiled from source.");
PyMethodDef s_getData = definition<getData>("get_data", "Return the data from path as raw bytes.");
PyMethodDef s_openArchive = definition<openArchive>("__init__", "");

/// Puts a method of ours in the place of a class's own, which is kept.
bool replace(const char *module, const char *className, PyMethodDef &ours, PyObject *&original)
{
    PyObject *const from = PyImport_ImportModule(module);
    PyObject *const type = from ? PyObject_GetAttrString(from, className) : nullptr;
    original = type ? PyObject_GetAttrString(type, ours.ml_name) : nullptr;
    PyObject *const method =
        original && PyType_Check(type) ? PyDescr_NewMethod(reinterpret_cast<PyTypeObject *>(type), &ours) : nullptr;
    const bool isReplaced = method && PyObject_SetAttrString(type, ours.ml_name, method) == 0;
    Py_XDECREF(method);
    Py_XDECREF(type);
    Py_XDECREF(from);
    return isReplaced;
}

/// Of a file that was loaded before: as it is now, for this program has just begun.
void reportEarlier(PyObject *path)
{
    struct stat status = {};
    PyObject *const whole = absolute(path);
    if (whole) {
        const FileName name(whole);
        if (name.stat(status) && S_ISREG(status.st_mode) && PyDict_SetItem(s_follower.known, whole, Py_True) == 0)
            s_report.loaded(name.view(), status);
    }
    Py_XDECREF(whole);
    PyErr_Clear();
}

/// The script, if that is a file that was given as standard input.
void reportInput()
{
    std::array<char, 4096> path{};
    struct stat status = {};
    if (::fstat(STDIN_FILENO, &status) != 0 || !S_ISREG(status.st_mode)
        || ::readlink("/proc/self/fd/0", path.data(), path.size() - 1) <= 0 || path[0] != '/')
        return;
    PyObject *const name = PyUnicode_DecodeFSDefault(path.data());
    if (name)
        reportEarlier(name);
    Py_XDECREF(name);
    PyErr_Clear();
}

/// Frozen modules are in the program.
bool isFrozen(PyObject *module)
{
    PyObject *const spec = PyObject_GetAttrString(module, "__spec__");
    PyObject *const origin = spec ? PyObject_GetAttrString(spec, "origin") : nullptr;
    const bool is = origin && PyUnicode_CheckExact(origin) && textOf(origin) == "frozen";
    Py_XDECREF(origin);
    Py_XDECREF(spec);
    PyErr_Clear();
    return is;
}

/// Archives of the path that were opened before: Python looks for its own modules there, too.
void reportArchives()
{
    PyObject *const cache = PySys_GetObject("path_importer_cache");
    PyObject *const importers = cache && PyDict_Check(cache) ? PyDict_Values(cache) : nullptr;
    for (Py_ssize_t i = 0; importers && i < PyList_Size(importers); ++i) {
        PyObject *const archive = PyObject_GetAttrString(PyList_GetItem(importers, i), "archive");
        if (archive && PyUnicode_CheckExact(archive))
            reportEarlier(archive);
        Py_XDECREF(archive);
        PyErr_Clear();
    }
    Py_XDECREF(importers);
    PyErr_Clear();
}

/// `own`: the file that begins us. Shared objects are mapped, and found there.
void reportAllEarlier(PyObject *own)
{
    PyObject *const modules = PyDict_Values(PyImport_GetModuleDict());
    for (Py_ssize_t i = 0; modules && i < PyList_Size(modules); ++i) {
        PyObject *const module = PyList_GetItem(modules, i);
        PyObject *const path = PyObject_GetAttrString(module, "__file__");
        if (path && PyUnicode_CheckExact(path) && !textOf(path).ends_with(".so") && textOf(path) != textOf(own)
            && !isFrozen(module))
            reportEarlier(path);
        Py_XDECREF(path);
        PyErr_Clear();
    }
    Py_XDECREF(modules);
    reportArchives();
    PyObject *const arguments = PySys_GetObject("argv");
    PyObject *const script =
        arguments && PyList_Check(arguments) && PyList_Size(arguments) > 0 ? PyList_GetItem(arguments, 0) : nullptr;
    if (script && PyUnicode_CheckExact(script)) {
        const std::string_view name = textOf(script);
        if (name.empty() || name == "-")
            reportInput();
        else if (name != "-c" && name != "-m")
            reportEarlier(script);
    }
    PyErr_Clear();
}

bool prepare(Follower &f)
{
    f.states = PyDict_New();
    f.texts = PyDict_New();
    f.known = PyDict_New();
    f.opened = PyList_New(0);
    f.compiled = PySet_New(nullptr);
    f.seen = PySet_New(nullptr);
    f.reloaded = PySet_New(nullptr);
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    f.began = PyLong_FromLongLong(static_cast<long long>(now.tv_sec) * 1'000'000'000 + now.tv_nsec);
    f.fileName = PyUnicode_InternFromString("co_filename");
    f.mtime = PyUnicode_InternFromString("mtime");
    f.size = PyUnicode_InternFromString("size");
    return f.states && f.texts && f.known && f.opened && f.compiled && f.seen && f.reloaded && f.began && f.fileName
        && f.mtime && f.size;
}

/// begin(target, own, attach): reports to `target` what is loaded from now on, and what was. `own` is not reported.
/// attach(states, texts, known, opened, compiled, seen, reloaded, began, compileSource) is called when
/// hephaestus_manifest is needed, and returns its functions: Follower has the names. Once in a process.
PyObject *begin(PyObject *, PyObject *arguments)
{
    const char *target = nullptr;
    PyObject *own = nullptr;
    PyObject *attach = nullptr;
    if (!PyArg_ParseTuple(arguments, "sUO", &target, &own, &attach))
        return nullptr;
    Follower &f = s_follower;
    if (f.attach) {
        PyErr_SetString(PyExc_RuntimeError, "imports are followed already");
        return nullptr;
    }
    if (!prepare(f))
        return nullptr;
    if (!s_report.open(target)) {
        PyErr_SetFromErrno(PyExc_OSError);
        return nullptr;
    }
    Py_INCREF(attach);
    f.attach = attach;
    s_report.begin();
    reportAllEarlier(own);
    s_report.release();
    const char *const machinery = "_frozen_importlib_external";
    const char *const source = "SourceFileLoader";
    if (!replace(machinery, source, s_pathStats, f.pathStats) || !replace(machinery, source, s_execModule, f.execModule)
        || !replace(machinery, source, s_sourceToCode, f.compileSource)
        || !replace(machinery, "SourcelessFileLoader", s_getData, f.getData)
        || !replace("zipimport", "zipimporter", s_openArchive, f.openArchive)
        || PySys_AddAuditHook(audit, nullptr) != 0)
        return nullptr;
    f.interpreter = PyInterpreterState_Get();
    Py_RETURN_NONE;
}

/// send(text): appends lines to the report.
PyObject *send(PyObject *, PyObject *arguments)
{
    const char *text = nullptr;
    Py_ssize_t size = 0;
    if (!PyArg_ParseTuple(arguments, "s#", &text, &size))
        return nullptr;
    s_report.send({text, std::size_t(size)});
    Py_RETURN_NONE;
}

/// flush(): reports now what was imported.
PyObject *flush(PyObject *, PyObject *)
{
    s_report.flush();
    Py_RETURN_NONE;
}

std::array<PyMethodDef, 4> s_functions{{{"begin", begin, METH_VARARGS, nullptr},
                                        {"send", send, METH_VARARGS, nullptr},
                                        {"flush", flush, METH_NOARGS, nullptr},
                                        {nullptr, nullptr, 0, nullptr}}};

std::array<PyModuleDef_Slot, 1> s_slots{{{0, nullptr}}};

PyModuleDef s_module{PyModuleDef_HEAD_INIT,
                     "_hephaestus_audit",
                     nullptr,
                     0,
                     s_functions.data(),
                     s_slots.data(),
                     nullptr,
                     nullptr,
                     nullptr};

} // namespace

PyMODINIT_FUNC PyInit__hephaestus_audit() { return PyModuleDef_Init(&s_module); }
