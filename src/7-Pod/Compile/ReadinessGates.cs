using System.Text.RegularExpressions;
using k8s.Models;
using Usher.Model.Aws;

namespace Usher.Pod;

/// <summary>Checks a pod's readiness gates (Kubernetes API, PodReadinessGate), and warns of those that nothing here opens.</summary>
internal static partial class ReadinessGates
{
    public static void Check(V1PodSpec spec, PodScene scene)
    {
        for (var i = 0; i < (spec.ReadinessGates?.Count ?? 0); i++)
        {
            var (type, field) = (spec.ReadinessGates![i].ConditionType, $"readinessGates[{i}].conditionType");
            if (string.IsNullOrEmpty(type)) scene.Error(field, "Required value");
            else if (!IsName(type))
            {
                scene.Error(field, $"Invalid value: \"{type}\": wanted is a name of at most 63 letters, digits, '-', '_' and '.', which a domain in lower case and '/' may come before");
            }
            else if (TargetHealthGate.Binding(type) is null)
            {
                scene.Warn(field, $"nothing here sets the condition {type}: the pod never gets ready; only those of {TargetHealthGate.Prefix}… are set, by the AWS Load Balancer Controller");
            }
        }
    }

    // A qualified name (apimachinery, IsQualifiedName).
    private static bool IsName(string type)
    {
        var slash = type.IndexOf('/', StringComparison.Ordinal);
        return slash is -1 or (> 0 and <= 253) && (slash < 0 || Domain().IsMatch(type[..slash])) && type.Length - slash - 1 <= 63 && Name().IsMatch(type[(slash + 1)..]);
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Domain();

    [GeneratedRegex(@"^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
