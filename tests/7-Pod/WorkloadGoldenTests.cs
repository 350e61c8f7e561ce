using System.Globalization;
using System.Text;
using Usher.Tests;

namespace Usher.Pod.Tests;

/// <summary>
/// Golden cases of the controllers: <c>events.txt</c> says what happens, line by line, and <c>expected.txt</c> what the controllers made of it, generation by
/// generation. <c>UPDATE_GOLDEN=1</c> rewrites them; look at what changed.
/// Events: <c>apply FILE</c>; <c>ready</c>, <c>unready</c>, <c>succeed</c>, <c>fail</c> followed by how many pods, the first by name to which it can happen, or
/// by the beginning of a name; <c>end</c> (terminating pods are gone), likewise; <c>time SECONDS</c>.
/// </summary>
public sealed class WorkloadGoldenTests
{
    public static TheoryData<string> Cases => Golden.Cases("7-workloads");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case(string name)
    {
        var folder = Golden.Folder("7-workloads", name);
        var cluster = new Cluster();
        var told = new StringBuilder();
        foreach (var line in File.ReadLines(Path.Combine(folder, "events.txt")).Where(l => l.Length > 0))
        {
            told.Append(CultureInfo.InvariantCulture, $"> {line}\n");
            if (line[0] == '#') continue;
            Happen(cluster, folder, line);
            if (line.StartsWith("apply ", StringComparison.Ordinal)) told.Append(cluster.Tell());
            var step = 0;
            while (cluster.Step())
            {
                Assert.True(step++ < 100, "the controllers don't come to rest");
                told.Append(CultureInfo.InvariantCulture, $"  --\n{cluster.Tell()}");
            }

            if (step == 0 && !line.StartsWith("apply ", StringComparison.Ordinal)) told.Append(cluster.TellRollouts());

            if (cluster.Due is { } due) told.Append(CultureInfo.InvariantCulture, $"  due in {(due - cluster.Now).TotalSeconds} s\n");
        }

        Golden.Check(Path.Combine(folder, "expected.txt"), told.ToString());
    }

    private static void Happen(Cluster cluster, string folder, string line)
    {
        var words = line.Split(' ');
        switch (words[0])
        {
            case "apply":
                cluster.Apply(File.ReadAllText(Path.Combine(folder, words[1])));
                break;
            case "time":
                cluster.Pass(TimeSpan.FromSeconds(double.Parse(words[1], CultureInfo.InvariantCulture)));
                break;
            case "ready":
                Some(p => p.Active && !p.Ready && p.Scheduled, cluster.Ready);
                break;
            case "unready":
                Some(p => p.Ready, cluster.Unready);
                break;
            case "succeed":
                Some(p => p.Active && p.Scheduled, p => cluster.Set(p, s => s with { Phase = "Succeeded", Ready = false, Message = "exit code 0" }));
                break;
            case "fail":
                Some(p => p.Active && p.Scheduled, p => cluster.Set(p, s => s with { Phase = "Failed", Ready = false, Message = "exit code 1" }));
                break;
            case "end":
                Some(p => p.Terminating, cluster.End);
                break;
            default:
                throw new ArgumentException($"no such event: {line}");
        }

        void Some(Func<PodEntry, bool> which, Action<PodEntry> what)
        {
            var count = words.Length < 2 ? int.MaxValue : int.TryParse(words[1], out var n) ? n : -1;
            foreach (var pod in cluster.Pods.Where(which).Where(p => count >= 0 || p.Key.Name.StartsWith(words[1], StringComparison.Ordinal)).Take(count < 0 ? int.MaxValue : count))
            {
                what(pod);
            }
        }
    }
}
