using static Usher.LoadBalancer.Tests.AlbCluster;

namespace Usher.LoadBalancer.Tests;

/// <summary>Why a load balancer's default rule answers though an Ingress has the request's host.</summary>
public sealed class IngressesElsewhereTests
{
    private const string Nothing = "no rule's conditions held, so the default rule answers with a fixed response; ";
    private const string Far = "none came near: no condition of any held";
    private const string Both = "~listen-ports: '[{\"HTTP\":80},{\"HTTPS\":443}]'";

    // Ingress a listens for HTTP at 80 unless an annotation says otherwise.
    private static readonly Dictionary<string, (string Others, string Annotations, string Request, string Told)> Cases = new()
    {
        ["nobody has the host"] = (Ingress("b", Rule("b.com", "/b"), "~group.name: g"), "", "GET http://c.com/", Nothing + Far),
        ["another port of the group"] = (
            Ingress("b", Rule("b.com"), "~group.name: g, ~listen-ports: '[{\"HTTP\":8080},{\"HTTP\":8081}]'"), "", "GET http://B.com/",
            $"{Nothing}Ingress shop/b has host b.com, and its rules are at HTTP:8080 and HTTP:8081, by its listen-ports, and not at HTTP:80; {Far}"),
        ["another load balancer"] = (
            Ingress("b", Rule("'*.b.com'"), "~load-balancer-name: other"), "", "GET http://x.b.com/",
            $"{Nothing}Ingress shop/b has host *.b.com, and its rules are at another load balancer, other HTTP:80; {Far}"),
        ["HTTP alone in a group that redirects"] = (
            Ingress("b", Rule("b.com"), "~group.name: g"), $"{Both}, ~ssl-redirect: '443'", "GET https://b.com/",
            $"{Nothing}Ingress shop/b has host b.com, and none of its rules can be reached: it listens for HTTP alone, and the group's HTTP listeners only redirect, as Ingress shop/a has ssl-redirect: '443'. "
            + $"List {{\"HTTPS\": 443}} here too, or take that annotation away; {Far}"),
        ["not accepted"] = (
            Ingress("b", Rule("b.com"), "~scheme: public"), "", "GET http://b.com/",
            $"{Nothing}Ingress shop/b has host b.com, and isn't accepted: Ingress shop/b: metadata.annotations.{Prefix}scheme: unknown scheme: 'public'; allowed are internal and internet-facing; until then nothing is made of Ingress shop/b; {Far}"),
        ["a group that isn't accepted"] = (
            Ingress("b", Rule("b.com"), "~group.name: h") + Ingress("bad", Rule("d.com"), "~group.name: h, ~scheme: public"), "", "GET http://b.com/",
            $"{Nothing}Ingress shop/b has host b.com, and isn't accepted: Ingress shop/bad: metadata.annotations.{Prefix}scheme: unknown scheme: 'public'; allowed are internal and internet-facing; until then nothing is made of IngressGroup h; {Far}"),
        ["in no group"] = (
            Ingress("b", Rule("b.com"), "~group.name: H"), "", "GET http://b.com/",
            $"{Nothing}Ingress shop/b has host b.com, and isn't accepted: Ingress shop/b: metadata.annotations.{Prefix}group.name: found 'H'; at most 63 lower-case letters, digits, '-' and '.' are wanted, a letter or digit first and last; it is in no group until then; {Far}"),
        ["no path of it"] = (Ingress("b", Rule("b.com", "/b"), "~group.name: g"), "", "GET http://b.com/c", $"{Nothing}nearest: rule 2 (Ingress shop/b /b Prefix): path is /c, rule wants /b or /b/*"),
        ["another controller's"] = (
            Ingress("b", Rule("b.com")).Replace("ingressClassName: alb", "ingressClassName: nginx", StringComparison.Ordinal), "", "GET http://b.com/", Nothing + Far),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_reason_names_the_Ingress_and_why_it_has_no_rule_there(string name)
    {
        var (others, annotations, request, told) = Cases[name];
        var cluster = new AlbCluster(Service(annotations: $"{Prefix}target-type: ip") + Ingress("a", Rule("a.com", "/a"), $"~group.name: g{(annotations.Length > 0 ? $", {annotations}" : "")}") + others);
        var road = cluster.Compile();
        var facts = Ask.For(request);
        var listener = road.Get<LoadBalancerSnapshot>().Listeners.First(l => l.LoadBalancerName.StartsWith("k8s-g-", StringComparison.Ordinal) && l.Scheme == facts.Scheme);

        var decision = LoadBalancerDecision.Make(listener, new LivingStates(new TargetTable(null), false), facts, RequestProtocol.Http1, default, default, road);

        Assert.Equal(told, decision.AnsweredBy());
    }
}
