using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Usher.Journey.Tests;

/// <summary>What runs and listens on this machine, from <c>/proc</c>.</summary>
internal static partial class Machine
{
    internal const int Interrupt = 2;
    internal const int Kill = 9;
    internal const int Terminate = 15;
    internal const int Continue = 18;
    internal const int Stop = 19;

    /// <summary>The processes whose command line or environment has this text. Roads and their pods have the path of their state folder in one of both.</summary>
    internal static IReadOnlyList<string> ProcessesNaming(string text)
    {
        var wanted = Encoding.UTF8.GetBytes(text);
        var found = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(f => int.TryParse(Path.GetFileName(f), out var id) && id != Environment.ProcessId))
        {
            if (!Has(Path.Combine(folder, "environ"), wanted) && !Has(Path.Combine(folder, "cmdline"), wanted)) continue;
            found.Add($"{Path.GetFileName(folder)}: {Encoding.UTF8.GetString(Read(Path.Combine(folder, "cmdline"))).Replace('\0', ' ')}");
        }

        return found;
    }

    /// <summary>The listening TCP sockets on a loopback network, 127.N.0.0/16.</summary>
    internal static IReadOnlyList<IPEndPoint> ListeningOn(int network) =>
        [.. File.ReadLines("/proc/net/tcp").Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => columns[3] == "0A")
            .Select(columns => columns[1].Split(':'))
            .Select(end => new IPEndPoint(uint.Parse(end[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), int.Parse(end[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture)))
            .Where(end => end.Address.GetAddressBytes() is [127, var n, ..] && n == network)];

    internal static void Signal(int processId, int signal) => Assert.Equal(0, SendSignal(processId, signal));

    private static bool Has(string file, byte[] wanted) => Read(file).AsSpan().IndexOf(wanted) >= 0;

    private static byte[] Read(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone meanwhile, or somebody else's.
            return [];
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
