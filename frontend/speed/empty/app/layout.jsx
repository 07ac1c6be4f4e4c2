export const metadata = { title: "Empty", description: "An empty page, as a control." };

export default function RootLayout({ children }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
