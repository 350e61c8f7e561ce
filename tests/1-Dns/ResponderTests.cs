using System.Net.Sockets;
using ARSoft.Tools.Net.Dns;
using CsCheck;

namespace Usher.Dns.Tests;

/// <summary>Whatever comes in, what goes out is right or nothing.</summary>
public sealed class ResponderTests
{
    private const string Zones =
        """
        zone example.com
        * 60 TXT "a text" | "another text that is a little longer than the first"
        @ 300 MX 10 mail.example.com | 20 mail.example.net.
        mail 600 A 192.0.2.1 | 192.0.2.2
        a.b.c 60 CNAME www.example.com
        www 60 CNAME mail.example.com
        sub 60 NS ns.sub.example.com
        ns.sub 60 A 192.0.2.3
        """;

    private static readonly string[] Names =
    [
        "example.com", "mail.example.com", "www.example.com", "a.b.c.example.com", "b.c.example.com", "x.example.com", "x.y.example.com", "sub.example.com", "q.sub.example.com", "example.org", "com", "",
    ];

    private static readonly RecordType[] Types =
        [RecordType.A, RecordType.AAAA, RecordType.MX, RecordType.TXT, RecordType.NS, RecordType.SOA, RecordType.CNAME, RecordType.ANY, (RecordType)65];

    private static readonly Gen<byte[]> Questions =
        from name in Gen.OneOf(Names)
        from type in Gen.OneOf(Types)
        from edns in Gen.OneOf(Gen.Const((int?)null), Gen.Int[0, 65535].Select(i => (int?)i))
        select Query.For(name, type, edns);

    private readonly DnsResponder responder = new(new HostedZoneAnswers(new TestRoad { Current = TestZones.Valid(Zones).Generation }));

    [Fact]
    public void Answers_are_well_formed_and_keep_to_the_size()
    {
        Questions.Sample(query =>
        {
            var answer = responder.Respond(query);

            Assert.InRange(answer.Length, QueryMessage.HeaderLength, Math.Min(DnsResponder.MaxUdp, QueryMessage.Read(query).UdpSize));
            var read = DnsMessage.Parse(answer);
            Assert.Equal(0x1234, read.TransactionID);
            Assert.Equal(query[12..^(query[11] == 1 ? 11 : 0)], answer[12..(query.Length - (query[11] == 1 ? 11 : 0))]);
            Assert.Equal(query[11] == 1, read.IsEDnsEnabled);
        });
    }

    [Fact]
    public void Random_bytes_are_answered_or_dropped()
    {
        Gen.Byte.Array[0, 600].Sample(CheckAny, iter: 20_000);
    }

    [Fact]
    public void Questions_with_flipped_inserted_and_missing_bytes_are_answered_or_dropped()
    {
        var mutated =
            from query in Questions
            from flips in Gen.Select(Gen.Int[0, 60], Gen.Byte).Array[0, 6]
            from cut in Gen.Int[0, 80]
            from more in Gen.Byte.Array[0, 8]
            select Mutate(query, flips, cut, more);
        mutated.Sample(CheckAny, iter: 50_000);
    }

    [Fact]
    public void Records_and_options_behind_the_question_in_any_number_are_answered_or_dropped()
    {
        // What a message says of itself, its counts and lengths, is often not what it has.
        var piece = Gen.OneOf(
            Gen.Byte.Array[0, 12],
            Gen.OneOf<byte[]>([0xC0, 0x0C], [0xC0, 0x00], [0xFF, 0xFF], [0], [1, (byte)'a', 0], [63], [64]),
            Gen.Select(Gen.UShort, Gen.UShort[0, 40]).Select(r => (byte[])[0, 0, 41, (byte)(r.Item1 >> 8), (byte)r.Item1, 0, 0, 0, 0, (byte)(r.Item2 >> 8), (byte)r.Item2]),
            Gen.Select(Gen.UShort, Gen.Byte.Array[0, 30]).Select(r =>
                (byte[])[0, (byte)(r.Item1 >> 8), (byte)r.Item1, 0, 1, 0, 0, 0, 60, 0, (byte)r.Item2.Length, .. r.Item2]));
        var messages =
            from query in Questions
            from counts in Gen.Byte[0, 3].Array[4]
            from pieces in piece.Array[0, 8]
            select (byte[])[.. query[..4], 0, counts[0], 0, counts[1], 0, counts[2], 0, counts[3], .. query[12..], .. pieces.SelectMany(p => p)];
        messages.Sample(CheckAny, iter: 30_000);
    }

    [Theory]
    [InlineData("no question", "1234 0100 0000 0000 0000 0000", 1)]
    [InlineData("two questions", "1234 0100 0002 0000 0000 0000 00 0001 0001 00 0001 0001", 1)]
    [InlineData("a name that ends nowhere", "1234 0100 0001 0000 0000 0000 03 61", 1)]
    [InlineData("a pointer in the question, to itself", "1234 0100 0001 0000 0000 0000 C0 0C 0001 0001", 1)]
    [InlineData("a label type that is none", "1234 0100 0001 0000 0000 0000 41 00 0001 0001", 1)]
    [InlineData("no type", "1234 0100 0001 0000 0000 0000 01 61 00 00", 1)]
    [InlineData("bytes after the end", "1234 0100 0001 0000 0000 0000 01 61 00 0001 0001 FF", 1)]
    [InlineData("a record that isn't there", "1234 0100 0001 0000 0000 0001 01 61 00 0001 0001", 1)]
    [InlineData("two OPTs", "1234 0100 0001 0000 0000 0002 00 0001 0001 00 0029 1000 00000000 0000 00 0029 1000 00000000 0000", 1)]
    [InlineData("an OPT with a name", "1234 0100 0001 0000 0000 0001 00 0001 0001 0161 00 0029 1000 00000000 0000", 1)]
    [InlineData("an OPT in the answer section", "1234 0100 0001 0001 0000 0000 00 0001 0001 00 0029 1000 00000000 0000", 1)]
    [InlineData("an option longer than its OPT", "1234 0100 0001 0000 0000 0001 00 0001 0001 00 0029 1000 00000000 0004 0008 0001", 1)]
    [InlineData("another opcode", "1234 2900 0001 0000 0000 0000 00 0001 0001", 4)]
    [InlineData("a response", "1234 8100 0001 0000 0000 0000 00 0001 0001", -1)]
    [InlineData("half a header", "1234 0100 0001", -1)]
    [InlineData("nothing", "", -1)]
    public void Malformed(string what, string hex, int code)
    {
        var query = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

        var answer = responder.Respond(query);

        Assert.True(code == -1 ? answer.Length == 0 : answer.Length == 12 && (answer[3] & 0x0F) == code && answer[4..].All(b => b == 0), what);
    }

    [Fact]
    public void A_name_of_255_bytes_is_read_and_one_of_256_is_not()
    {
        var label = new string('a', 63);
        var longest = Query.For($"{label}.{label}.{label}.{new string('a', 61)}", RecordType.A);
        var longer = Query.For($"{label}.{label}.{label}.{new string('a', 62)}", RecordType.A);

        Assert.Equal(5, responder.Respond(longest)[3] & 0x0F);
        Assert.Equal(1, responder.Respond(longer)[3] & 0x0F);
    }

    [Fact]
    public void A_compression_pointer_is_used_and_only_to_what_is_the_same_name()
    {
        // The target's name stands in the question in capitals; the MX's other host shares the top-level name only.
        var answer = responder.Respond(Query.For("EXAMPLE.com", RecordType.MX));
        var read = DnsMessage.Parse(answer);

        Assert.Equal(["mail.example.com.", "mail.example.net."], read.AnswerRecords.Cast<MxRecord>().Select(r => r.ExchangeDomainName.ToString().ToLowerInvariant()).Order());
        // Each record's owner is two bytes.
        Assert.Equal([0xC0, 12], answer[29..31]);
    }

    [Fact]
    public void Before_the_first_generation_everything_is_refused()
    {
        var answer = new DnsResponder(new HostedZoneAnswers(new TestRoad())).Respond(Query.For("example.com", RecordType.A));

        Assert.Equal(5, answer[3] & 0x0F);
    }

    [Fact]
    public async Task The_server_goes_on_after_a_storm_of_rubbish()
    {
        await using var server = await TestServer.StartAsync(Zones);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var rubbish = Gen.Byte.Array[0, 2000].Array[2000].Single();
        foreach (var bytes in rubbish) socket.SendTo(bytes, server.EndPoint);
        // Longer than what is read.
        socket.SendTo(new byte[9000], server.EndPoint);

        Assert.Contains("192.0.2.1", await server.DigAsync("mail.example.com", "A"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("+notcp")]
    [InlineData("+tcp")]
    public async Task A_fault_of_ours_is_a_servfail_and_the_server_goes_on(string transport)
    {
        await using var server = await TestServer.StartAsync(Zones);
        server.Road.Faults = 1;

        Assert.Contains("status: SERVFAIL", await server.DigAsync("mail.example.com", "A", transport), StringComparison.Ordinal);
        Assert.Contains("192.0.2.1", await server.DigAsync("mail.example.com", "A", transport), StringComparison.Ordinal);
    }

    private static byte[] Mutate(byte[] query, (int At, byte Value)[] flips, int cut, byte[] more)
    {
        foreach (var (at, value) in flips)
        {
            if (at < query.Length) query[at] = value;
        }

        return [.. query[..Math.Min(query.Length, cut < 40 ? query.Length : cut)], .. more];
    }

    private void CheckAny(byte[] query)
    {
        foreach (var tcp in (bool[])[false, true])
        {
            var answer = responder.Respond(query, tcp);
            if (answer.Length == 0)
            {
                Assert.True(query.Length < 12 || (query[2] & 0x80) != 0);
                continue;
            }

            Assert.InRange(answer.Length, QueryMessage.HeaderLength, tcp ? DnsResponder.MaxTcp : DnsResponder.MaxUdp);
            Assert.Equal(query[..2], answer[..2]);
            Assert.Equal(0x80, answer[2] & 0x80);
            Assert.Equal(query[2] & 0x78, answer[2] & 0x78);
        }
    }
}
