using k8s.Models;
using Usher.Dashboard.Stations;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Dashboard.Tests;

public sealed class StationTests
{
    [Fact]
    public void A_stations_objects_are_what_people_wrote_first()
    {
        var generation = new Generation(1, new DesiredState([
            Resource("ReplicaSet", "a", new V1ReplicaSet(), Origin.Derived), Resource("Deployment", "b", new V1Deployment(), new Origin("files", "b.yaml", 3)),
            Resource("Service", "c", new V1Service(), new Origin("files")),
        ]), AddressPlan.Empty, []);

        Assert.Equal(["Deployment shop/b", "ReplicaSet shop/a"], StationObjects.Of(generation, Hop.Pod).Select(r => r.Key.ToString()));
        Assert.Equal(["Service shop/c"], StationObjects.Of(generation, Hop.Service).Select(r => r.Key.ToString()));
        Assert.Empty(StationObjects.Of(generation, Hop.Application));
    }

    [Fact]
    public void Objects_read_as_YAML_whatever_they_are()
    {
        Assert.Equal("id: Z1\nname: example.com\nprivateZone: false\n", StationObjects.Text(Resource("HostedZone", "z", new HostedZone { Id = "Z1", Name = "example.com" }, Origin.Derived)).ReplaceLineEndings("\n"));
        Assert.Contains("replicas: 2", StationObjects.Text(Resource("Deployment", "d", new V1Deployment { Spec = new V1DeploymentSpec { Replicas = 2 } }, Origin.Derived)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_Secret_holds_is_not_shown()
    {
        var secret = new V1Secret { Type = "Opaque", Data = new Dictionary<string, byte[]> { ["password"] = "hunter2"u8.ToArray() }, StringData = new Dictionary<string, string> { ["user"] = "ada" },
            Metadata = new V1ObjectMeta { Annotations = new Dictionary<string, string> { ["kubectl.kubernetes.io/last-applied-configuration"] = "{\"data\":{\"password\":\"aHVudGVyMg==\"}}" } } };

        var text = StationObjects.Text(Resource("Secret", "s", secret, Origin.Derived));

        Assert.Contains("password: (hidden)", text, StringComparison.Ordinal);
        Assert.Contains("user: (hidden)", text, StringComparison.Ordinal);
        Assert.DoesNotContain("aHVudGVyMg", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_logs_end_is_whole_lines()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(path, Enumerable.Range(0, 20_000).Select(i => $"line {i}"));
            var (lines, problem) = LogTail.Of(path, 10_000);
            Assert.Null(problem);
            Assert.Equal("line 19999", lines[^1]);
            Assert.Matches("^line [0-9]{5}$", lines[0]);
            Assert.Equal(["line 19998", "line 19999"], LogTail.Of(path, 2).Lines);
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Equal("nothing was written yet", LogTail.Of(path, 2).Problem);
    }

    private static Resource Resource(string kind, string name, object value, Origin origin) => new(new ResourceKey("", kind, "shop", name), value, origin);
}
