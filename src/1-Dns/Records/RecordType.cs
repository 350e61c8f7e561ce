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
    NAPTR = 35,
    OPT = 41,
    DS = 43,
    SSHFP = 44,
    TLSA = 52,
    SVCB = 64,
    HTTPS = 65,
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
        RecordType.A, RecordType.AAAA, RecordType.CAA, RecordType.CNAME, RecordType.DS, RecordType.HTTPS, RecordType.MX, RecordType.NAPTR, RecordType.NS, RecordType.PTR,
        RecordType.SOA, RecordType.SPF, RecordType.SRV, RecordType.SSHFP, RecordType.SVCB, RecordType.TLSA, RecordType.TXT,
    ];

    private static readonly Dictionary<string, RecordType> ByName = Served.ToDictionary(t => t.ToString(), StringComparer.Ordinal);

    /// <summary>The type of this name as the Route 53 API spells it, or null when there is none.</summary>
    public static RecordType? Parse(string name) => ByName.TryGetValue(name, out var type) ? type : null;

    /// <summary>The type's name; <c>TYPE65</c> for one without a name here (RFC 3597 section 5).</summary>
    public static string Name(this RecordType type) => Enum.IsDefined(type) && type != RecordType.FirstMeta ? type.ToString() : $"TYPE{(ushort)type}";

    /// <summary>Whether a type binds a service to hosts and parameters: SVCB and HTTPS (RFC 9460).</summary>
    public static bool IsServiceBinding(this RecordType type) => type is RecordType.SVCB or RecordType.HTTPS;

    /// <summary>Whether a question of this type asks for something else than records: zone transfers, transaction keys (RFC 6895 section 3.1). <c>ANY</c> isn't one.</summary>
    public static bool IsTransfer(this RecordType type) => type is (>= RecordType.FirstMeta and < RecordType.ANY) or RecordType.OPT;
}
