using CsCheck;

namespace Usher.Dns.Tests;

/// <summary>Names and values as people write them. What is wrong with them is told in the golden case <c>errors</c>.</summary>
public sealed class NameTests
{
    [Theory]
    [InlineData("api.example.com", "api.example.com", 3)]
    [InlineData("API.Example.COM.", "api.example.com", 3)]
    [InlineData("com", "com", 1)]
    [InlineData(".", ".", 0)]
    [InlineData(@"\052.example.com", "*.example.com", 2 + 1)]
    [InlineData(@"a\056b.example.com", @"a\056b.example.com", 3)]
    [InlineData(@"\304.com", @"\304.com", 2)]
    [InlineData("_dmarc.example.com", "_dmarc.example.com", 3)]
    public void Names(string written, string text, int labels)
    {
        var name = DomainName.Of(written);

        Assert.Equal((text, labels), (name.ToString(), name.Labels));
        Assert.Equal(name, DomainName.Of(text));
        Assert.Equal(name.GetHashCode(), DomainName.Of(text).GetHashCode());
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData(".com")]
    [InlineData("a..b")]
    [InlineData("a..")]
    [InlineData("a b.com")]
    [InlineData(@"a\.com")]
    [InlineData(@"a\0.com")]
    [InlineData(@"a\400.com")]
    [InlineData(@"a\058.com")]
    [InlineData("ä.com")]
    [InlineData("a\n.com")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123.com")]
    public void Names_that_are_none(string written)
    {
        Assert.Null(DomainName.Parse(written, out var problem));
        Assert.NotEmpty(problem!);
    }

    [Fact]
    public void The_longest_name_has_255_bytes()
    {
        var label = new string('a', 63);

        Assert.Equal(255, DomainName.Of($"{label}.{label}.{label}.{new string('a', 61)}").Wire.Length);
        Assert.Equal(255, DomainName.Of($"{label}.{label}.{label}.{new string('a', 61)}.").Wire.Length);
        Assert.Null(DomainName.Parse($"{label}.{label}.{label}.{new string('a', 62)}", out _));
        Assert.Null(DomainName.Parse(string.Concat(Enumerable.Repeat("a.", 128)), out _));
        Assert.Equal(255, DomainName.Of(string.Concat(Enumerable.Repeat("a.", 127))).Wire.Length);
    }

    [Fact]
    public void Any_text_is_read_or_refused_and_what_is_read_reads_back()
    {
        Gen.OneOf(Gen.String, Gen.Char["ab.*\\0123\"- "].Array[0, 300].Select(c => new string(c))).Sample(written =>
        {
            if (DomainName.Parse(written, out var problem) is { } name) Assert.Equal(name, DomainName.Of(name.ToString()));
            else Assert.NotEmpty(problem!);
        }, iter: 20_000);
    }

    [Fact]
    public void Any_value_is_read_or_refused_and_what_is_read_reads_back()
    {
        var types = Gen.OneOf(RecordTypes.Served.ToArray());
        var texts = Gen.OneOf(Gen.String, Gen.Char["ab. 0123\"\\:"].Array[0, 60].Select(c => new string(c)));
        Gen.Select(types, texts).Sample((type, written) =>
        {
            if (RecordValue.Parse(type, written, out var problem) is not { } value) Assert.NotEmpty(problem!);
            else Assert.Equal(value.Bytes, RecordValue.Parse(type, value.Text, out _)!.Bytes);
        }, iter: 20_000);
    }

    [Fact]
    public void Real_values_with_changed_characters_are_read_or_refused_and_read_back()
    {
        (RecordType Type, string Value)[] real =
        [
            (RecordType.A, "192.0.2.1"), (RecordType.AAAA, "2001:db8::1"), (RecordType.CAA, "0 issue \"amazon.com\""), (RecordType.MX, "10 mail.example.com"),
            (RecordType.DS, "12345 13 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"), (RecordType.DS, "1 2 3 0011"),
            (RecordType.HTTPS, "1 . alpn=\"h2,h3\" port=8443 ipv4hint=192.0.2.1,192.0.2.2 mandatory=port,alpn"), (RecordType.HTTPS, "0 svc.example.com"),
            (RecordType.SVCB, "16 svc.example.com alpn=\"f\\\\\\\\oo\\\\,bar,h2\" ech=AAEC ipv6hint=2001:db8::1 key667=\"a b\\255\" dohpath=/q{?dns} ohttp"),
            (RecordType.NAPTR, "100 10 \"u\" \"E2U+sip\" \"!^.*$!sip:a@example.com!\" ."), (RecordType.NAPTR, "1 2 \"s\" \"SIP+D2U\" \"\" _sip._udp.example.com"),
            (RecordType.SSHFP, "4 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"), (RecordType.TLSA, "3 1 0 00FF"),
            (RecordType.SOA, "ns.example.com hostmaster.example.com 1 2 3 4 5"), (RecordType.SRV, "1 10 5269 xmpp.example.com"), (RecordType.TXT, "\"a\" \"b\\\"c\\101\""),
        ];
        Assert.All(real, r => Assert.NotNull(RecordValue.Parse(r.Type, r.Value, out _)));
        var changes = Gen.Select(Gen.Int[0, 80], Gen.Char["ab.*\\0123\"- =,;:é\t"], Gen.Bool).Array[0, 4];
        Gen.Select(Gen.OneOf(real), changes).Sample((sample, edits) =>
        {
            var written = edits.Aggregate(sample.Value, (text, edit) =>
                edit.Item1 >= text.Length ? text + edit.Item2 : edit.Item3 ? text.Insert(edit.Item1, edit.Item2.ToString()) : text.Remove(edit.Item1, 1));
            if (RecordValue.Parse(sample.Type, written, out var problem) is not { } value)
            {
                Assert.NotEmpty(problem!);
                return;
            }

            Assert.InRange(value.Bytes.Length, 1, ushort.MaxValue);
            Assert.Equal(value.Bytes, RecordValue.Parse(sample.Type, value.Text, out _)!.Bytes);
        }, iter: 50_000);
    }

    [Theory]
    [InlineData("api.example.com", "example.com", true)]
    [InlineData("example.com", "example.com", true)]
    [InlineData("notexample.com", "example.com", false)]
    [InlineData("com", "example.com", false)]
    [InlineData("example.com", ".", true)]
    public void A_name_is_within_another_by_whole_labels(string name, string ancestor, bool within) =>
        Assert.Equal(within, DomainName.Of(name).IsWithin(DomainName.Of(ancestor)));

    // Names seen in the wild: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html has the form.
    [Fact]
    public void A_zone_has_four_name_servers_whose_numbers_fit_their_groups()
    {
        Gen.String.Sample(id =>
        {
            var servers = AwsDefaults.NameServersOf(id);
            Assert.Equal(["com", "net", "org", "co.uk"], servers.Select(s => s.Split('.', 3)[2]));
            for (var i = 0; i < 4; i++)
            {
                var number = int.Parse(servers[i].Split('.')[0][3..], System.Globalization.CultureInfo.InvariantCulture);
                Assert.InRange(number, i * 512, i * 512 + 511);
                Assert.StartsWith($"ns-{number}.awsdns-{number % 512 / 8:00}.", servers[i], StringComparison.Ordinal);
            }
        });
        Assert.Equal(AwsDefaults.NameServersOf("Z1"), AwsDefaults.NameServersOf("Z1"));
        Assert.NotEqual(AwsDefaults.NameServersOf("Z1"), AwsDefaults.NameServersOf("Z2"));
    }
}
