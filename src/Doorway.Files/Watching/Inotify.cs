using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Usher.Doorway.Files.Watching;

/// <summary>
/// Linux's own watch of folders (inotify(7)), for what .NET's doesn't tell: that who wrote to a file closed it. One thread waits for events; a folder is
/// watched as what its path leads to when it is added.
/// </summary>
internal sealed partial class Inotify : IDisposable
{
    private const int NonBlock = 0x800, CloseOnExec = 0x80000;
    private const short PollIn = 1;
    private const int Interrupted = 4;
    private const uint Modify = 0x2, Attributes = 0x4, CloseWrite = 0x8, MovedFrom = 0x40, MovedTo = 0x80, Create = 0x100, Delete = 0x200;
    private const uint Overflow = 0x4000, OnlyFolder = 0x01000000, IsFolder = 0x40000000;

    /// <summary>wd, mask, cookie, length of the name.</summary>
    private const int HeaderLength = 16;

    private readonly Action<FileEvent> tell;
    private readonly Func<TimeSpan?> untilLate;
    private readonly Action late;
    private readonly Lock gate = new();
    private readonly int events;
    private readonly int stop;
    private readonly Thread thread;
    private Dictionary<int, List<(string Folder, bool Contents)>> byWatch = [];

    /// <summary>Watches nothing yet.</summary>
    /// <param name="tell">Told of each event, one at a time; must not wait.</param>
    /// <param name="untilLate">Asked after events how long to wait for more before <paramref name="late"/> is called; null for as long as it takes.</param>
    /// <param name="late">
    /// Called when so long nothing more came; must not wait. The system wakes this thread to the millisecond, where .NET's timers go by a clock that moves every 4.
    /// </param>
    /// <exception cref="Win32Exception">The system has none left.</exception>
    internal Inotify(Action<FileEvent> tell, Func<TimeSpan?> untilLate, Action late)
    {
        (this.tell, this.untilLate, this.late) = (tell, untilLate, late);
        events = Checked(Init(NonBlock | CloseOnExec));
        stop = Checked(EventFd(0, NonBlock | CloseOnExec));
        thread = new Thread(Follow) { IsBackground = true, Name = "manifest watch" };
        thread.Start();
    }

    /// <summary>Watches these folders from now on, and no others.</summary>
    /// <param name="folders">Absolute paths, and whether what is written to files in them is told too: otherwise only what comes and goes.</param>
    /// <returns>Those that can't be watched, and why.</returns>
    internal IReadOnlyList<(string Folder, string Why)> Watch(IEnumerable<(string Folder, bool Contents)> folders)
    {
        var problems = new List<(string, string)>();
        lock (gate)
        {
            var next = new Dictionary<int, List<(string Folder, bool Contents)>>();
            // Those with contents last: a folder of two names has one watch, whose mask is the last that was given.
            foreach (var folder in folders.OrderBy(f => f.Contents))
            {
                var watch = AddWatch(events, folder.Folder, OnlyFolder | Create | Delete | MovedFrom | MovedTo | (folder.Contents ? Modify | Attributes | CloseWrite : 0));
                if (watch < 0) problems.Add((folder.Folder, Marshal.GetLastPInvokeErrorMessage()));
                else if (next.TryGetValue(watch, out var names)) names.Add(folder);
                else next[watch] = [folder];
            }

            foreach (var gone in byWatch.Keys.Where(watch => !next.ContainsKey(watch))) _ = RemoveWatch(events, gone);
            byWatch = next;
        }

        return problems;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Span<byte> one = stackalloc byte[8];
        BitConverter.TryWriteBytes(one, 1UL);
        _ = Write(stop, one, one.Length);
        thread.Join();
        _ = Close(events);
        _ = Close(stop);
    }

    private void Follow()
    {
        var buffer = new byte[64 * 1024];
        Span<PollEntry> entries = [new PollEntry { Handle = events, Wanted = PollIn }, new PollEntry { Handle = stop, Wanted = PollIn }];
        while (true)
        {
            var found = Poll(entries, entries.Length, untilLate() is { } left ? Math.Max(0, (int)Math.Ceiling(left.TotalMilliseconds)) : -1);
            if (found < 0 && Marshal.GetLastPInvokeError() != Interrupted) return;
            if (entries[1].Found != 0) return;
            if (found == 0) late();
            while (Read(events, buffer, buffer.Length) is > 0 and var length) Tell(buffer.AsSpan(0, (int)length));
        }
    }

    private void Tell(ReadOnlySpan<byte> read)
    {
        while (read.Length >= HeaderLength)
        {
            var (watch, mask, length) = (BitConverter.ToInt32(read), BitConverter.ToUInt32(read[4..]), BitConverter.ToInt32(read[12..]));
            var name = read.Slice(HeaderLength, length);
            read = read[(HeaderLength + length)..];
            if ((mask & Overflow) != 0) tell(new FileEvent("", FileChange.Unknown, false));
            else if (Change(mask) is { } change && length > 0) Tell(watch, Encoding.UTF8.GetString(name[..(name.IndexOf((byte)0) is >= 0 and var end ? end : length)]), change, mask);
        }
    }

    private void Tell(int watch, string name, FileChange change, uint mask)
    {
        List<(string Folder, bool Contents)>? folders;
        lock (gate) folders = byWatch.GetValueOrDefault(watch);
        foreach (var (folder, contents) in folders ?? [])
        {
            if (contents || change is not (FileChange.Written or FileChange.Closed or FileChange.Attributes)) tell(new FileEvent(Path.Combine(folder, name), change, (mask & IsFolder) != 0));
        }
    }

    private static FileChange? Change(uint mask) =>
        (mask & CloseWrite) != 0 ? FileChange.Closed
        : (mask & Modify) != 0 ? FileChange.Written
        : (mask & MovedTo) != 0 ? FileChange.Arrived
        : (mask & Create) != 0 ? FileChange.Created
        : (mask & (MovedFrom | Delete)) != 0 ? FileChange.Left
        : (mask & Attributes) != 0 ? FileChange.Attributes
        : null;

    private static int Checked(int result) => result >= 0 ? result : throw new Win32Exception();

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial int Init(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddWatch(int handle, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "inotify_rm_watch")]
    private static partial int RemoveWatch(int handle, int watch);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(Span<PollEntry> entries, nint count, int timeout);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int handle, Span<byte> buffer, nint length);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int handle, ReadOnlySpan<byte> buffer, nint length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        internal int Handle;
        internal short Wanted;
        internal short Found;
    }
}
