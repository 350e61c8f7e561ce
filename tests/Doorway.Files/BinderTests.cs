using k8s.Models;
using Usher.Doorway.Files.Binding;
using Usher.Doorway.Files.Manifests;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Tests;

public sealed class BinderTests
{
    [Fact]
    public void Every_form_of_field_reaches_the_model()
    {
        var pod = Text.Object<V1Pod>(
            """
            apiVersion: v1
            kind: Pod
            metadata:
              name: a
              creationTimestamp: 2026-11-23T14:00:00Z
              deletionTimestamp: "2026-11-23T14:00:00.123456+01:00"
              generation: 12345678901
              managedFields: [{ manager: x, fieldsV1: { "f:metadata": { a: [1, 2.5, true, ~] } } }]
            spec:
              containers:
                - name: a
                  ports: [{ containerPort: 8080 }]
                  resources: { requests: { cpu: 0.5, memory: 64Mi } }
                  readinessProbe: { httpGet: { path: /, port: http } }
                  livenessProbe: { httpGet: { path: /, port: 8080 } }
                  stdin: yes
              hostAliases: []
            """);

        Assert.Equal(new DateTime(2026, 11, 23, 14, 0, 0, DateTimeKind.Utc), pod.Metadata.CreationTimestamp!.Value.ToUniversalTime());
        Assert.Equal(13, pod.Metadata.DeletionTimestamp!.Value.ToUniversalTime().Hour);
        Assert.Equal(12345678901, pod.Metadata.Generation);
        var container = pod.Spec.Containers[0];
        Assert.Equal(0.5m, container.Resources.Requests["cpu"].ToDecimal());
        Assert.Equal("http", container.ReadinessProbe.HttpGet.Port.Value);
        Assert.Equal("8080", container.LivenessProbe.HttpGet.Port.Value);
        Assert.True(container.Stdin);
        Assert.Equal("default", pod.Metadata.NamespaceProperty);
    }

    [Fact]
    public void A_secret_reaches_the_model_and_no_error_shows_it()
    {
        var secret = Text.Object<V1Secret>("apiVersion: v1\nkind: Secret\nmetadata: { name: a }\ndata: { a: aGVsbG8= }\nstringData: { b: hello }\n");
        Assert.Equal("hello"u8.ToArray(), secret.Data["a"]);
        Assert.Equal("hello", secret.StringData["b"]);

        var errors = Text.Load("apiVersion: v1\nkind: Secret\nmetadata: { name: a }\ndata: { a: hunter2!, b: [hunter2] }\nstringData: { b: 40404 }\nimmutable: hunter2\n").Errors;
        Assert.Equal(4, errors.Count);
        Assert.All(errors, e => Assert.False(e.ToString().Contains("hunter2", StringComparison.Ordinal) || e.ToString().Contains("40404", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_kind_can_be_bound_and_read()
    {
        foreach (var kind in ManifestKind.All)
        {
            var (_, errors) = Text.Load($"apiVersion: {kind.ApiVersion}\nkind: {kind.Name}\nmetadata: {{ name: a }}\nspek: 1\n");
            Assert.Equal("spek", Assert.Single(errors).Field);
            Walk(Shape.Of(kind.Model), []);
        }

        // Each field of each model has a form that the binder knows.
        static void Walk(Shape shape, HashSet<Shape> seen)
        {
            if (!seen.Add(shape)) return;
            if (shape.Form is Form.List or Form.Dictionary) Walk(shape.Item, seen);
            if (shape.Form == Form.Object) Assert.NotEmpty(shape.FieldNames);
            foreach (var field in shape.FieldNames) Walk(shape.Field(field)!, seen);
        }
    }

    [Theory]
    [InlineData("replica", "replicas")]
    [InlineData("ergs", "args")]
    [InlineData("comand", "command")]
    [InlineData("raplicsa", "replicas")]
    [InlineData("IMAGE", "image")]
    [InlineData("x", null)]
    [InlineData("somethingElse", null)]
    public void The_nearest_name_is_one_that_was_meant(string written, string? near) =>
        Assert.Equal(near, NearestWord.Of(written, ["args", "command", "image", "replicas"]));

    [Theory]
    [InlineData("aws-load-balancer-foo", null)]
    [InlineData("aws-load-balancer-nmae", "aws-load-balancer-name")]
    [InlineData("aws-loadbalancer-name", "aws-load-balancer-name")]
    [InlineData("aws-load-balancer-cross-zone-enabled", null)]
    [InlineData("aws-load-balancer", "aws-load-balancer-name")]
    [InlineData("aws-load-balancer-acces-log-enable", "aws-load-balancer-access-log-enabled")]
    public void What_both_begin_and_end_with_makes_no_name_near(string written, string? near) =>
        Assert.Equal(near, NearestWord.Of(written, ["aws-load-balancer-access-log-enabled", "aws-load-balancer-cross-zone-load-balancing-enabled", "aws-load-balancer-name", "aws-load-balancer-type"]));

    [Theory]
    [InlineData("cross-zone-enabled", "cross-zone-load-balancing-enabled")]
    [InlineData("cross-enabled-zone", null)]
    [InlineData("healthcheck-seconds", null)]
    [InlineData("healthcheck-timeout-seconds", null)]
    public void A_name_with_parts_left_out_is_the_one_that_has_them(string written, string? longer) =>
        Assert.Equal(longer, NearestWord.Longer(written, ["cross-zone-load-balancing-enabled", "healthcheck-interval-seconds", "healthcheck-timeout-seconds"]));

    [Fact]
    public void Lines_are_found_through_names_with_dots_and_brackets()
    {
        var origin = Text.Load(
            """
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata:
              name: a
              annotations:
                nginx.ingress.kubernetes.io/rewrite-target: /
                nginx.ingress.kubernetes.io/rewrite-target.more: /
                "a[0].b": c
            spec:
              rules:
                - host: a
                - host: b
            """).Resources.Single().Origin;

        Assert.Equal(6, origin.LineOf("metadata.annotations.nginx.ingress.kubernetes.io/rewrite-target"));
        Assert.Equal(7, origin.LineOf("metadata.annotations.nginx.ingress.kubernetes.io/rewrite-target.more"));
        Assert.Equal(8, origin.LineOf("metadata.annotations.a[0].b"));
        Assert.Equal(5, origin.LineOf("metadata.annotations.nginx.ingress.kubernetes.io/other"));
        Assert.Equal(12, origin.LineOf("spec.rules[1].HOST"));
        Assert.Equal(10, origin.LineOf("spec.rules[2].host"));
        Assert.Equal(10, origin.LineOf("spec.rules[99999999999].host"));
        Assert.Equal(1, origin.LineOf(""));

        var lines = origin.FieldLines!;
        Assert.Equal(lines.Count, lines.Keys.Count());
        Assert.All(lines, pair => Assert.Equal(pair.Value, lines[pair.Key]));
        Assert.Contains("spec.rules[1].host", lines.Keys);
        Assert.False(lines.ContainsKey("spec.rules[2]"));
        Assert.Throws<KeyNotFoundException>(() => lines["spec.rule"]);
    }

    [Fact]
    public void Objects_that_are_written_alike_have_their_own_lines()
    {
        var resources = Text.Load(
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: a }
            data:
              one: "1"
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: b }
            data:
              one: "2"
            """).Resources;

        Assert.Equal([5, 11], resources.Select(r => r.Origin.LineOf("data.one")));
        Assert.Equal([1, 7], resources.Select(r => r.Origin.LineOf("apiVersion")));
    }

    [Fact]
    public void What_an_alias_stands_for_is_where_it_is_written()
    {
        var origin = Text.Load(
            """
            apiVersion: v1
            kind: List
            items:
              - apiVersion: v1
                kind: ConfigMap
                metadata: { name: a }
                data: &both
                  one: "1"
              - apiVersion: v1
                kind: ConfigMap
                metadata: { name: b }
                data: *both
            """).Resources[1].Origin;

        Assert.Equal(12, origin.LineOf("data"));
        Assert.Equal(8, origin.LineOf("data.one"));
    }

    [Fact]
    public void Line_breaks_of_all_kinds_count_as_editors_count_them()
    {
        var (resources, errors) = Text.Load("apiVersion: v1\r\nkind: ConfigMap\r\nmetadata: { name: a }\r\ndata:\r\n  a: \"x\u2028    y\u0085    z\"\r\n  b: |\r\n    one\r\n    two\r\n  c: 1\r\n");
        Assert.Empty(resources);
        Assert.Equal(9, Assert.Single(errors).Line);
    }
}
