namespace Usher.Service.Tests;

/// <summary>Manifests in one line each.</summary>
internal static class Yaml
{
    public static string Node(string name, string ip, string zone) =>
        $"---\napiVersion: v1\nkind: Node\nmetadata: {{ name: {name}, labels: {{ topology.kubernetes.io/zone: {zone} }} }}\n"
        + $"status: {{ addresses: [{{ type: InternalIP, address: {ip} }}] }}\n";

    public static string Pod(string name, string ip, string node, string app = "a", string ports = "{ name: http, containerPort: 8080 }") =>
        $"---\napiVersion: v1\nkind: Pod\nmetadata: {{ name: {name}, namespace: shop, labels: {{ app: {app} }} }}\n"
        + $"spec: {{ nodeName: {node}, containers: [{{ name: c, ports: [{ports}] }}] }}\nstatus: {{ podIP: {ip} }}\n";

    /// <summary>A Service; spec and more are in the flow style of YAML, without the braces.</summary>
    public static string Service(string name, string spec, string more = "") =>
        $"---\napiVersion: v1\nkind: Service\nmetadata: {{ name: {name}, namespace: shop{more} }}\nspec: {{ {spec} }}\n";

    /// <summary>Two nodes in two zones; two pods on the first, one on the second.</summary>
    public static string TwoNodes { get; } =
        Node("node-1", "10.0.1.10", "zone-a") + Node("node-2", "10.0.2.10", "zone-b")
        + Pod("a1", "10.0.1.11", "node-1") + Pod("a2", "10.0.1.12", "node-1") + Pod("b1", "10.0.2.11", "node-2");
}
