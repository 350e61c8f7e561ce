using Usher.Tests;

namespace Usher.Trace.Tests;

/// <summary>What a code means, of the page that is in the assembly.</summary>
public sealed class OutcomesTests
{
    [Theory]
    // Exact.
    [InlineData("ingress.503.no-endpoints", "ingress.503.no-endpoints")]
    [InlineData("dns.nxdomain", "dns.nxdomain")]
    [InlineData("load-balancer.502.keep-alive-race", "load-balancer.502.keep-alive-race")]
    [InlineData("pod.404", "pod.404")]
    // Exact comes before a star that would take it too.
    [InlineData("load-balancer.503.fixed-response", "load-balancer.503.fixed-response")]
    [InlineData("load-balancer.503.no-weight", "load-balancer.503.no-weight")]
    [InlineData("load-balancer.400.missing-host", "load-balancer.400.missing-host")]
    [InlineData("ingress.tls.client-refused", "ingress.tls.client-refused")]
    [InlineData("dns.failed", "dns.failed")]
    // A star.
    [InlineData("pod.500", "pod.5*")]
    [InlineData("pod.418", "pod.4*")]
    [InlineData("load-balancer.429.fixed-response", "load-balancer.*.fixed-response")]
    [InlineData("load-balancer.reset.no-weight", "load-balancer.*.no-weight")]
    [InlineData("load-balancer.dropped.no-weight", "load-balancer.*.no-weight")]
    [InlineData("load-balancer.400.nul-byte", "load-balancer.400.*")]
    [InlineData("ingress.tls.timeout", "ingress.tls.*")]
    [InlineData("dns.servfail", "dns.*")]
    [InlineData("service.dropped", "*.dropped")]
    // The star that says more.
    [InlineData("load-balancer.400.header-too-large", "load-balancer.400.*-too-large")]
    // None: a star is no dot and not nothing, and case counts.
    [InlineData("ok", null)]
    [InlineData("", null)]
    [InlineData("pod", null)]
    [InlineData("pod.", null)]
    [InlineData("pod.500.why", null)]
    [InlineData("dns.", null)]
    [InlineData("load-balancer.400.-too-large.more", null)]
    [InlineData("DNS.NXDOMAIN", null)]
    [InlineData("browser.404", null)]
    public void Find(string code, string? row) => Assert.Equal(row, OutcomePage.Find(code)?.Code);

    [Fact]
    public void A_terminal_gets_neither_backticks_nor_stars()
    {
        var outcome = new Outcome("a.b", "a", "The `proxy-ssl-*` of nginx: *connect() failed*.", "Look at `usher status` and `aws-load-balancer-proxy-protocol: \"*\"`.");

        Assert.Equal("The proxy-ssl-* of nginx: 'connect() failed'.", outcome.Happened);
        Assert.Equal("Look at usher status and aws-load-balancer-proxy-protocol: \"*\".", outcome.ToDo);
        Assert.Contains("`usher status`", outcome.ToDoMarkdown, StringComparison.Ordinal);
    }

    [Fact]
    public void The_section_is_the_heading_above() => Assert.Equal("ingress: what it refuses", OutcomePage.Find("ingress.413.body-too-large")?.Section);

    [Fact]
    public void Every_line_of_a_table_is_a_row_with_all_that_it_needs()
    {
        using var page = OutcomePage.Open();
        var lines = page.ReadToEnd().Split('\n');

        Assert.Equal(File.ReadAllLines(Checkout.At("docs/outcomes.md")), lines.SkipLast(1));
        Assert.Equal(lines.Count(l => l.StartsWith('|') && !l.StartsWith("| code |", StringComparison.Ordinal) && !l.StartsWith("| ---", StringComparison.Ordinal)), OutcomePage.All.Count);
        Assert.All(OutcomePage.All, o =>
        {
            Assert.Matches("^[a-z*][a-z0-9*-]*(\\.[a-z0-9*-]+){1,2}$", o.Code);
            Assert.DoesNotContain('`', o.Happened + o.ToDo);
            Assert.Matches("\\.$", o.Happened);
            Assert.Matches("[.?]$", o.ToDo);
            Assert.NotEmpty(o.Section);
        });
        Assert.Empty(OutcomePage.All.GroupBy(o => o.Code).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Fact]
    public void What_is_no_row_is_passed_over()
    {
        using var page = new StringReader("## a\n| `a.b` | one | two |\n| `a.c` | one |\n| `a.d | one | two |\n| `` | one | two |\n| `a.e` | one |  |\n| text | one | two |\n| `a.f` | one | two | three |\n");

        Assert.Equal(["a.b"], OutcomePage.Read(page).Select(o => o.Code));
    }
}
