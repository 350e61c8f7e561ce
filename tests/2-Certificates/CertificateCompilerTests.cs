using Usher.Model.Aws;

namespace Usher.Certificates.Tests;

public sealed class CertificateCompilerTests
{
    private static readonly string Long = string.Join('.', Enumerable.Repeat(new string('a', 16), 3)) + ".example.com"; // 62
    private static readonly (string Name, string Value) Api = AwsNames.ValidationRecord(Road.Scope, "api.example.com");

    [Theory]
    [InlineData("api.example.com")]
    [InlineData("*.example.com")]
    [InlineData("xn--bcher-kva.example.com")]
    [InlineData("4.example.co")]
    [InlineData("API.Example.COM")]
    public void Takes_names_that_acm_takes(string name) => new Road().Certificate("c", name).CompileValid();

    [Theory]
    [InlineData("", "is empty; a domain name such as api.example.com is needed")]
    [InlineData("example", "'example' has too few labels; a domain name such as api.example.com is needed")]
    [InlineData("*.com", "'*.com' has too few labels; a wildcard needs a domain such as *.example.com")]
    [InlineData("*", "'*' has an asterisk that is not the whole leftmost label; a wildcard is *.example.com and covers one label")]
    [InlineData("a.*.example.com", "'a.*.example.com' has an asterisk that is not the whole leftmost label; a wildcard is *.example.com and covers one label")]
    [InlineData("*.*.example.com", "'*.*.example.com' has an asterisk that is not the whole leftmost label; a wildcard is *.example.com and covers one label")]
    [InlineData("api*.example.com", "'api*.example.com' has an asterisk that is not the whole leftmost label; a wildcard is *.example.com and covers one label")]
    [InlineData("api.example.com.", "'api.example.com.' ends with a dot; ACM takes names without it: api.example.com")]
    [InlineData("api..example.com", "'api..example.com' has an empty label; write one dot between labels")]
    [InlineData("-a.example.com", "'-a.example.com' has the label '-a', which begins or ends with a hyphen")]
    [InlineData("a-.example.com", "'a-.example.com' has the label 'a-', which begins or ends with a hyphen")]
    [InlineData("a_b.example.com", "'a_b.example.com' has the character '_'; letters, digits and hyphens are allowed")]
    [InlineData("https://api.example.com", "'https://api.example.com' has the character ':'; letters, digits and hyphens are allowed")]
    [InlineData("ab--c.example.com", "'ab--c.example.com' has the label 'ab--c'; two hyphens in the third and fourth place are only for punycode (xn--)")]
    [InlineData("bücher.example.com", "'bücher.example.com' is not ASCII; write it in punycode: xn--bcher-kva.example.com")]
    [InlineData("example.c", "'example.c' ends with a top-level domain of one character; at least two are needed")]
    public void Refuses_invalid_names_in_either_field(string name, string message)
    {
        var road = new Road()
            .Certificate("domain", name, validated: false)
            .Certificate("alternative", "ok.example.com", ["fine.example.com", name], validated: false);
        road.Compile();

        Assert.Equal(
            [$"Certificate shop/alternative spec.subjectAlternativeNames[1] {message}", $"Certificate shop/domain spec.domainName {message}"],
            Errors(road));
    }

    [Fact]
    public void Refuses_long_labels_and_names()
    {
        var label = new string('a', 64);
        var name = string.Join('.', Enumerable.Repeat(new string('b', 60), 5));
        var road = new Road().Certificate("c", "ok.example.com", [$"{label}.example.com", name], validated: false);
        road.Compile();

        Assert.Equal(
            [
                $"Certificate shop/c spec.subjectAlternativeNames[0] '{label}.example.com' has a label of 64 characters; at most 63 are allowed",
                $"Certificate shop/c spec.subjectAlternativeNames[1] '{name}' has 304 characters; at most 253 are allowed",
            ],
            Errors(road));
    }

    [Fact]
    public void The_common_name_has_64_characters_at_most_an_alternative_name_more()
    {
        Assert.Equal(62, Long.Length);
        new Road().Certificate("fits", $"aa{Long}").Certificate("other", "a.example.com", [$"aaaa{Long}"]).CompileValid();

        var road = new Road().Certificate("c", $"aaa{Long}");
        road.Compile();
        Assert.Equal(
            $"Certificate shop/c spec.domainName 'aaa{Long}' has 65 characters; it becomes the common name, which has at most 64: put a shorter name here and this one in spec.subjectAlternativeNames",
            Assert.Single(Errors(road)));
    }

    [Fact]
    public void Refuses_other_key_algorithms_and_too_many_names_by_name()
    {
        var road = new Road()
            .Certificate("key", "a.example.com", algorithm: "RSA_4096")
            .Certificate("names", "a.example.com", [.. Enumerable.Range(0, 101).Select(i => $"n{i}.example.com")]);
        road.Compile();

        Assert.Equal(
            [
                "Certificate shop/key spec.keyAlgorithm 'RSA_4096' is not issued by ACM with DNS validation; allowed are EC_prime256v1, EC_secp384r1, RSA_2048",
                "Certificate shop/names spec.subjectAlternativeNames has 101 names; at most 100 are allowed: make several certificates",
            ],
            Errors(road));
    }

    [Fact]
    public void Two_of_one_arn_are_refused()
    {
        var road = new Road().Certificate("c", "a.example.com");
        road.Add(Road.Key("Certificate", "d"), new Certificate { CertificateArn = Road.Arn("c"), DomainName = "b.example.com" });
        road.Compile();

        Assert.Equal(
            $"Certificate shop/d metadata.name has the same ARN as Certificate shop/c ({Road.Arn("c")}); give one of them another name",
            Assert.Single(Errors(road)));
    }

    [Fact]
    public void Listeners_errors_name_the_field_and_what_there_is()
    {
        var road = new Road()
            .Certificate("c", "a.example.com", ["b.example.com"])
            .Certificate("wrong", "-.example.com", validated: false)
            .Https(443)
            .Https(444, "c", "nowhere")
            .Https(445, "wrong") // its own error is enough
            .Listener("HTTPS", 446, "arn:aws:iam::000000000000:server-certificate/old")
            .Listener("HTTP", 80, Road.Arn("c"))
            .Listener("TLS", 447)
            .Listener("TCP", 448, Road.Arn("c"));
        road.Compile();

        var known = $"the certificates here are {Road.Arn("c")} (a.example.com, b.example.com); {Road.Arn("wrong")} (-.example.com)";
        Assert.Equal(
            [
                "Certificate shop/wrong spec.domainName '-.example.com' has the label '-', which begins or ends with a hyphen",
                $"Listener shop/edge-443 spec.certificates an HTTPS listener needs a certificate, the first one being its default; {known}",
                $"Listener shop/edge-444 spec.certificates[1].certificateARN there is no Certificate {Road.Arn("nowhere")}; {known}",
                $"Listener shop/edge-446 spec.certificates[0].certificateARN arn:aws:iam::000000000000:server-certificate/old is an IAM server certificate, which is not supported; use an ACM Certificate: {known}",
                $"Listener shop/edge-447 spec.certificates a TLS listener needs a certificate, the first one being its default; {known}",
                "Listener shop/edge-448 spec.certificates a TCP listener takes no certificates; set spec.protocol to TLS, or remove them",
                "Listener shop/edge-80 spec.certificates an HTTP listener takes no certificates; set spec.protocol to HTTPS, or remove them",
            ],
            Errors(road));
    }

    [Fact]
    public void Without_any_certificate_the_way_out_is_to_add_one()
    {
        var road = new Road().Https(443, "c");
        road.Compile();
        Assert.EndsWith(
            "no Certificate is defined here: add one (acm.services.k8s.aws) and its validation record", Assert.Single(Errors(road)), StringComparison.Ordinal);
    }

    public static TheoryData<string, string?> Validations => new()
    {
        { "right", null },
        { "capitals and dots", null },
        { "nothing", $"add to hosted zone example.com the record {Api.Name} CNAME {Api.Value}" },
        { "another type", $"add to hosted zone example.com the record {Api.Name} CNAME {Api.Value}" },
        { "no such zone", $"add to hosted zone example.com the record {Api.Name} CNAME {Api.Value}" },
        { "another value", $"the record {Api.Name} CNAME has the value wrong.acm-validations.aws.; change it to {Api.Value}" },
        { "private zone", $"add to hosted zone example.com the record {Api.Name} CNAME {Api.Value} (it is only in private hosted zone example.com, which ACM can't see)" },
    };

    [Theory]
    [MemberData(nameof(Validations))]
    public void A_listener_needs_an_issued_certificate(string given, string? problem)
    {
        var road = new Road().Certificate("c", "api.example.com", validated: false).Https(443, "c");
        var zone = Road.ZoneId("example.com");
        _ = given switch
        {
            "right" => road.Record(zone, Api.Name, Api.Value + "."),
            "capitals and dots" => road.Record(zone, Api.Name.ToUpperInvariant() + ".", Api.Value.ToUpperInvariant()),
            "another type" => road.Record(zone, Api.Name, Api.Value, "TXT"),
            "no such zone" => road.Record("Z0", Api.Name, Api.Value),
            "another value" => road.Record(zone, Api.Name, "wrong.acm-validations.aws."),
            "private zone" => road.Zone("example.com", isPrivate: true).Record(Road.ZoneId("example.com", true), Api.Name, Api.Value),
            _ => road,
        };
        var snapshot = road.Compile().Get<CertificateSnapshot>();

        Assert.Equal(problem is null, snapshot.Certificates[Road.Arn("c")].Issued);
        Assert.Equal(
            problem is null ? [] : [$"Listener shop/edge-443 spec.certificates[0].certificateARN {Road.Arn("c")} (api.example.com) is PENDING_VALIDATION: {problem}"],
            Errors(road));
        // Whoever asks before the certificate is compiled is told the same.
        Assert.Equal(problem, road.Pending("c"));
    }

    [Fact]
    public void Every_name_must_be_validated_and_a_wildcard_shares_its_parents_record()
    {
        var (name, value) = AwsNames.ValidationRecord(Road.Scope, "example.com");
        new Road().Certificate("c", "example.com", ["*.example.com"], validated: false).Record(Road.ZoneId("example.com"), name, value).Https(443, "c").CompileValid();

        var other = AwsNames.ValidationRecord(Road.Scope, "other.org");
        var road = new Road().Certificate("c", "example.com", ["*.example.com", "*.other.org", "other.org"], validated: false).Https(443, "c");
        road.Compile();
        Assert.EndsWith(
            $"is PENDING_VALIDATION: add to hosted zone example.com the record {name} CNAME {value}; "
            + $"add to a public hosted zone for other.org (there is none here yet) the record {other.Name} CNAME {other.Value}",
            Assert.Single(Errors(road)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pending_certificate_that_no_listener_uses_is_no_error()
    {
        var snapshot = new Road().Certificate("c", "api.example.com", validated: false).CompileValid().Get<CertificateSnapshot>();
        var validation = Assert.Single(snapshot.Certificates[Road.Arn("c")].Validations);
        Assert.Equal(("api.example.com", Api.Name, Api.Value, false), (validation.Domain, validation.RecordName, validation.RecordValue, validation.Succeeded));
        Assert.Empty(snapshot.InUse);
    }

    [Fact]
    public void The_samples_record_is_the_one_that_acm_asks_for()
    {
        new Road().Certificate("api-example-com", "api.example.com", validated: false)
            .Record(Road.ZoneId("example.com"), "_dab7fcb3e20ec307641590b8a58a7f2f.api.example.com", "_49ea00db65f563de0019c896317d0670.ggpessbgaz.acm-validations.aws.")
            .Listener("HTTPS", 443, "arn:aws:acm:us-east-1:000000000000:certificate/e9e56430-d449-0571-2861-2e4824970041")
            .CompileValid();
    }

    private static List<string> Errors(Road road) =>
        [.. road.Errors.All.Select(e => $"{e.Object} {e.Field} {e.Message}").Order(StringComparer.Ordinal)];
}
