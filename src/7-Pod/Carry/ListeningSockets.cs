using System.Globalization;
using System.Net;

namespace Usher.Pod;

/// <summary>
/// Who listens on this machine, from <c>/proc</c>. Programs that bind every address (0.0.0.0) take a port away from every other pod, and
/// even answer in their place; only this tells them apart. Elsewhere than on Linux it knows nothing.
/// </summary>
internal static class ListeningSockets
{
    private const string Listening = "0A";

    /// <summary>A listening TCP socket.</summary>
    internal sealed record Entry(IPAddress Address, int Port, string Inode)
    {
        public bool Everywhere => Address.Equals(IPAddress.Any) || Address.Equals(IPAddress.IPv6Any);

        public override string ToString() => new IPEndPoint(Address, Port).ToString();
    }

    /// <summary>All that listen on a port.</summary>
    public static IReadOnlyList<Entry> On(int port) => [.. Read("/proc/net/tcp").Concat(Read("/proc/net/tcp6")).Where(e => e.Port == port)];

    /// <summary>What keeps a pod from its ports, in words; empty when nothing does.</summary>
    public static string WhoHas(PodPlan pod, IEnumerable<PodPort> ports)
    {
        foreach (var port in ports)
        {
            var there = On(port.Bound);
            var own = new IPEndPoint(pod.Address!.Bound, port.Bound);
            if (there.FirstOrDefault(e => e.Everywhere) is { } everywhere)
            {
                return $"{own} is taken: {Holder(everywhere)} listens on {everywhere}, which is every address of this machine; a pod's program must listen"
                    + " on POD_IP and PORT from its environment (ASP.NET Core reads ASPNETCORE_URLS)";
            }

            if (there.FirstOrDefault(e => e.Address.Equals(pod.Address.Bound)) is { } same) return $"{own} is taken by {Holder(same)}";
        }

        return "";
    }

    /// <summary>Whether a program that says its address is in use tried to bind every address; empty when there is no sign of it.</summary>
    public static string TriedEverywhere(PodPlan pod, IEnumerable<PodPort> ports)
    {
        foreach (var port in ports)
        {
            var others = On(port.Bound).Where(e => !e.Everywhere && !e.Address.Equals(pod.Address!.Bound)).ToList();
            if (others.Count == 0) continue;
            return $"others listen on port {port.Bound} ({others[0]}{(others.Count > 1 ? " and more" : "")}), each on its own address; the program seems to bind every"
                + " address (0.0.0.0): let it listen on POD_IP and PORT from its environment (ASP.NET Core reads ASPNETCORE_URLS)";
        }

        return "";
    }

    /// <summary>
    /// The process that answers at an address in the place of the pod's own, because it listens on every address; null when the pod's own does,
    /// or when that can't be told.
    /// </summary>
    public static string? Impostor(PodPlan pod, int bound, IReadOnlyCollection<int> sessions)
    {
        var there = On(bound);
        if (there.Any(e => e.Address.Equals(pod.Address!.Bound))) return null;
        if (there.FirstOrDefault(e => e.Everywhere) is not { } everywhere || Owner(everywhere) is not { } owner || (Session(owner) is { } session && sessions.Contains(session))) return null;
        return $"{Holder(everywhere)} answers at {pod.Address!.Bound}:{bound} in this pod's place, because it listens on {everywhere};"
            + " let it listen on POD_IP and PORT from its environment (ASP.NET Core reads ASPNETCORE_URLS)";
    }

    /// <summary>Reads a table of <c>/proc/net</c>.</summary>
    internal static IEnumerable<Entry> Parse(IEnumerable<string> lines)
    {
        foreach (var line in lines.Skip(1))
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length < 10 || columns[3] != Listening) continue;
            var colon = columns[1].IndexOf(':', StringComparison.Ordinal);
            yield return new Entry(
                Address(columns[1][..colon]), int.Parse(columns[1].AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture), columns[9]);
        }
    }

    // Each 32-bit word is written as the machine holds it.
    private static IPAddress Address(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        if (BitConverter.IsLittleEndian) for (var i = 0; i < bytes.Length; i += 4) Array.Reverse(bytes, i, 4);
        return new IPAddress(bytes);
    }

    private static IEnumerable<Entry> Read(string file) => File.Exists(file) ? Parse(File.ReadAllLines(file)) : [];

    private static string Holder(Entry entry) => Owner(entry) is { } pid ? $"process {pid} ({Name(pid)})" : "a process";

    private static int? Owner(Entry entry)
    {
        var wanted = $"socket:[{entry.Inode}]";
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid)) continue;
            try
            {
                if (Directory.GetFileSystemEntries($"{folder}/fd").Any(fd => Target(fd) == wanted)) return pid;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user's process, or one that ended meanwhile.
            }
        }

        return null;
    }

    private static string? Target(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: false)?.Name;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Closed meanwhile.
            return null;
        }
    }

    private static int? Session(int pid)
    {
        try
        {
            // pid (name) state ppid pgrp session …, where the name may have spaces.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[3], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string Name(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/comm").TrimEnd();
        }
        catch (IOException)
        {
            return "gone";
        }
    }
}
