namespace Usher.Dns;

/// <summary>Record and question types by their numbers (IANA, "Domain Name System (DNS) Parameters"). Numbers without a name here are valid too.</summary>
internal enum RecordType : ushort
{
    None = 0,
    A = 1,
    NS = 2,
    CNAME = 5,
    SOA = 6,
    PTR = 12,
    MX = 15,
    TXT = 16,
    AAAA = 28,
    SRV = 33,
    OPT = 41,
    SPF = 99,
    FirstMeta = 249,
    ANY = 255,
    CAA = 257,
}

/// <summary>Which types there are, in words.</summary>
internal static class RecordTypes
{
    /// <summary>What a record set may be, in the order of the Route 53 developer guide ("Supported DNS record types").</summary>
    public static IReadOnlyList<RecordType> Served { get; } =
    [
        RecordType.A, RecordType.AAAA, RecordType.CAA, RecordType.CNAME, RecordType.MX, RecordType.NS, RecordType.PTR, RecordType.SOA, RecordType.SPF, RecordType.SRV, RecordType.TXT,
    ];

    private static readonly Dictionary<string, RecordType> ByName = Served.ToDictionary(t => t.ToString(), StringComparer.Ordinal);

    /// <summary>Types that Route 53 has and this server doesn't serve yet.</summary>
    public static IReadOnlyList<string> NotServed { get; } = ["DS", "HTTPS", "NAPTR", "SSHFP", "SVCB", "TLSA"];

    /// <summary>The type of this name as the Route 53 API spells it, or null when it isn't served.</summary>
    public static RecordType? Parse(string name) => ByName.TryGetValue(name, out var type) ? type : null;

    /// <summary>The type's name; <c>TYPE65</c> for one without a name here (RFC 3597 section 5).</summary>
    public static string Name(this RecordType type) => Enum.IsDefined(type) && type != RecordType.FirstMeta ? type.ToString() : $"TYPE{(ushort)type}";

    /// <summary>Whether a question of this type asks for something else than records: zone transfers, transaction keys (RFC 6895 section 3.1). <c>ANY</c> isn't one.</summary>
    public static bool IsTransfer(this RecordType type) => type is (>= RecordType.FirstMeta and < RecordType.ANY) or RecordType.OPT;
}
