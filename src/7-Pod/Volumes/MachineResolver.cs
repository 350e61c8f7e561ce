namespace Usher.Pod;

/// <summary>
/// The machine's own name servers behind the cluster's, which answers SERVFAIL for what isn't the cluster's: the libc then asks the next one, as
/// CoreDNS would have asked the VPC's.
/// </summary>
internal static class MachineResolver
{
    private const string File = "/etc/resolv.conf";
    private const string Word = "nameserver";

    /// <summary>The libc takes no more.</summary>
    private const int MostServers = 3;

    /// <summary>A <c>resolv.conf</c> with the machine's servers after its own.</summary>
    public static string Behind(string resolver)
    {
        try
        {
            return Behind(resolver, System.IO.File.Exists(File) ? System.IO.File.ReadAllLines(File) : []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return resolver;
        }
    }

    /// <summary>The same for the lines of the machine's file.</summary>
    internal static string Behind(string resolver, IEnumerable<string> machine)
    {
        var own = resolver.Split('\n').Where(IsServer).ToList();
        var more = machine.Where(IsServer).Select(l => string.Join(' ', l.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Take(2)));
        return resolver + string.Concat(more.Except(own).Take(Math.Max(0, MostServers - own.Count)).Select(l => l + "\n"));
    }

    private static bool IsServer(string line) => line.StartsWith(Word, StringComparison.Ordinal) && line.Length > Word.Length && line[Word.Length] is ' ' or '\t';
}
